package main

import (
	"crypto/rand"
	"fmt"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	"github.com/libp2p/go-libp2p/p2p/transport/websocket"
)

const defaultKey = "ed25519"

// keyTypes are what --key takes.
var keyTypes = map[string]int{
	"rsa":       crypto.RSA,
	"ed25519":   crypto.Ed25519,
	"secp256k1": crypto.Secp256k1,
	"ecdsa":     crypto.ECDSA,
}

// rsaBits is the size of RSA keys, go-libp2p's least; other keys have one size.
const rsaBits = 2048

func newIdentity(keyType string) (crypto.PrivKey, error) {
	code, ok := keyTypes[keyType]
	if !ok {
		return nil, fmt.Errorf("%w: --key %q is none of rsa, ed25519, secp256k1, ecdsa", errUsage, keyType)
	}
	key, _, err := crypto.GenerateKeyPairWithReader(code, rsaBits, rand.Reader)
	return key, err
}

var defaultSecurity = []string{"noise", "tls"}

// newHost makes a host with the WebSocket transport, yamux, identify and ping,
// and nothing that would dial on its own account. The order of security is the
// order in which it offers them, keyType one of keyTypes.
func newHost(listenAddrs, security []string, keyType string) (host.Host, error) {
	identity, err := newIdentity(keyType)
	if err != nil {
		return nil, err
	}
	options := []libp2p.Option{
		libp2p.Identity(identity),
		libp2p.NoTransports,
		libp2p.Transport(websocket.New),
		libp2p.Muxer(yamux.ID, yamux.DefaultTransport),
		libp2p.ResourceManager(&network.NullResourceManager{}),
		libp2p.Ping(true),
		libp2p.DisableRelay(),
		libp2p.DisableMetrics(),
		libp2p.DisableIdentifyAddressDiscovery(),
	}
	if len(listenAddrs) == 0 {
		options = append(options, libp2p.NoListenAddrs)
	} else {
		options = append(options, libp2p.ListenAddrStrings(listenAddrs...))
	}
	for _, name := range security {
		switch name {
		case "noise":
			options = append(options, libp2p.Security(noise.ID, noise.New))
		case "tls":
			options = append(options, libp2p.Security(libp2ptls.ID, libp2ptls.New))
		default:
			return nil, fmt.Errorf("%w: --security %q is neither noise nor tls", errUsage, name)
		}
	}
	return libp2p.New(options...)
}

// connReport says what was negotiated for a connection.
type connReport struct {
	RemotePeer string `json:"remotePeer"`
	RemoteAddr string `json:"remoteAddr"`
	Security   string `json:"security"`
	Muxer      string `json:"muxer"`
	Transport  string `json:"transport"`
	EarlyMuxer bool   `json:"earlyMuxer"`
}

func reportConn(conn network.Conn) connReport {
	state := conn.ConnState()
	return connReport{
		RemotePeer: conn.RemotePeer().String(),
		RemoteAddr: conn.RemoteMultiaddr().String(),
		Security:   string(state.Security),
		Muxer:      string(state.StreamMultiplexer),
		Transport:  state.Transport,
		EarlyMuxer: state.UsedEarlyMuxerNegotiation,
	}
}
