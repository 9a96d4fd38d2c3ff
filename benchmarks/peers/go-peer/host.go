package main

import (
	"crypto/rand"
	"fmt"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/sec"
	blankhost "github.com/libp2p/go-libp2p/p2p/host/blank"
	"github.com/libp2p/go-libp2p/p2p/host/eventbus"
	"github.com/libp2p/go-libp2p/p2p/host/peerstore/pstoremem"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/connmgr"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/net/upgrader"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	"github.com/libp2p/go-libp2p/p2p/transport/websocket"
	ma "github.com/multiformats/go-multiaddr"
)

// newHost makes a host with the WebSocket transport, one security protocol and
// yamux. Without listenAddr it only dials.
func newHost(security, listenAddr string) (host.Host, error) {
	// A connection manager would trim what the benchmark counts.
	manager, err := connmgr.NewConnManager(100_000, 200_000)
	if err != nil {
		return nil, err
	}
	options := []libp2p.Option{
		libp2p.NoTransports,
		libp2p.Transport(websocket.New),
		libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		libp2p.ConnectionManager(manager),
		libp2p.ResourceManager(&network.NullResourceManager{}),
		libp2p.Ping(false),
		libp2p.DisableRelay(),
		libp2p.DisableMetrics(),
		libp2p.DisableIdentifyAddressDiscovery(),
	}
	if listenAddr == "" {
		options = append(options, libp2p.NoListenAddrs)
	} else {
		options = append(options, libp2p.ListenAddrStrings(listenAddr))
	}
	switch security {
	case "noise":
		options = append(options, libp2p.Security(noise.ID, noise.New))
	case "tls":
		options = append(options, libp2p.Security(libp2ptls.ID, libp2ptls.New))
	default:
		return nil, fmt.Errorf("security %q is neither noise nor tls", security)
	}
	return libp2p.New(options...)
}

// newBareHost makes a host that has no identify: what costs a connection
// without it, as the other peers have none.
func newBareHost(security, listenAddr string) (host.Host, error) {
	key, _, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		return nil, err
	}
	id, err := peer.IDFromPrivateKey(key)
	if err != nil {
		return nil, err
	}
	store, err := pstoremem.NewPeerstore()
	if err != nil {
		return nil, err
	}
	if err := store.AddPrivKey(id, key); err != nil {
		return nil, err
	}
	if err := store.AddPubKey(id, key.GetPublic()); err != nil {
		return nil, err
	}
	bus := eventbus.NewBus()
	network, err := swarm.NewSwarm(id, store, bus)
	if err != nil {
		return nil, err
	}
	transport, err := newTransport(security, key)
	if err != nil {
		return nil, err
	}
	if err := network.AddTransport(transport); err != nil {
		return nil, err
	}
	if listenAddr != "" {
		addr, err := ma.NewMultiaddr(listenAddr)
		if err != nil {
			return nil, err
		}
		if err := network.Listen(addr); err != nil {
			return nil, err
		}
	}
	return blankhost.NewBlankHost(network, blankhost.WithEventBus(bus)), nil
}

func newTransport(security string, key crypto.PrivKey) (*websocket.WebsocketTransport, error) {
	muxers := []upgrader.StreamMuxer{{ID: yamux.ID, Muxer: yamux.DefaultTransport}}
	var encrypter sec.SecureTransport
	var err error
	switch security {
	case "noise":
		encrypter, err = noise.New(noise.ID, key, muxers)
	case "tls":
		encrypter, err = libp2ptls.New(libp2ptls.ID, key, muxers)
	default:
		err = fmt.Errorf("security %q is neither noise nor tls", security)
	}
	if err != nil {
		return nil, err
	}
	up, err := upgrader.New([]sec.SecureTransport{encrypter}, muxers, nil, nil, nil)
	if err != nil {
		return nil, err
	}
	return websocket.New(up, nil, nil)
}
