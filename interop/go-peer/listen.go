package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/libp2p/go-libp2p/core/host"
)

// listening is what listen prints for each host once it accepts connections.
// Each of Addrs ends in /p2p.
type listening struct {
	PeerID string   `json:"peerId"`
	Addrs  []string `json:"addrs"`
}

// runListen serves the test protocols until standard input closes or a signal
// cancels ctx.
func runListen(ctx context.Context, args []string) error {
	var addrs, security listFlag
	flags := flag.NewFlagSet("listen", flag.ContinueOnError)
	flags.Var(&addrs, "listen", "multiaddr to listen on (repeatable, default /ip4/127.0.0.1/tcp/0/ws)")
	flags.Var(&security, "security", "noise or tls (repeatable, default both)")
	key := flags.String("key", defaultKey, "key type of the identity: rsa, ed25519, secp256k1 or ecdsa")
	count := flags.Int("count", 1, "hosts to run, each with its own peer id; needs port 0 when above 1")
	rest, err := parseFlags(flags, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("%w: listen takes no argument, got %q", errUsage, rest[0])
	}
	if len(addrs) == 0 {
		addrs = listFlag{"/ip4/127.0.0.1/tcp/0/ws"}
	}
	if len(security) == 0 {
		security = defaultSecurity
	}

	for range *count {
		h, err := newHost(addrs, security, *key)
		if err != nil {
			return err
		}
		defer h.Close()
		serveProtocols(h)
		if err := json.NewEncoder(os.Stdout).Encode(describe(h)); err != nil {
			return err
		}
	}
	waitForEnd(ctx)
	return nil
}

func describe(h host.Host) listening {
	ready := listening{PeerID: h.ID().String()}
	for _, addr := range h.Network().ListenAddresses() {
		ready.Addrs = append(ready.Addrs, fmt.Sprintf("%s/p2p/%s", addr, h.ID()))
	}
	return ready
}

// waitForEnd returns when standard input closes or ctx is canceled.
func waitForEnd(ctx context.Context) {
	stdinClosed := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(stdinClosed)
	}()
	select {
	case <-ctx.Done():
	case <-stdinClosed:
	}
}
