package main

import (
	"fmt"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2ptls "github.com/libp2p/go-libp2p/p2p/security/tls"
	"github.com/libp2p/go-libp2p/p2p/transport/websocket"
)

var defaultSecurity = []string{"noise", "tls"}

// newHost makes a host with the WebSocket transport, yamux, identify and ping,
// and nothing that would dial on its own account. The order of security is the
// order in which it offers them.
func newHost(listenAddrs, security []string) (host.Host, error) {
	options := []libp2p.Option{
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
