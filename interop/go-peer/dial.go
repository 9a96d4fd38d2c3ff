package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
)

// dialReport is what dial prints. Durations are in milliseconds.
type dialReport struct {
	OK         bool         `json:"ok"`
	Error      string       `json:"error,omitempty"`
	DialMS     float64      `json:"dialMs"`
	Connection *connReport  `json:"connection,omitempty"`
	Tests      []testReport `json:"tests"`
}

// testReport is the outcome of one test. What the peer at the other end said
// of the connection is in Remote, for the conn-state test only.
type testReport struct {
	Name   string      `json:"name"`
	OK     bool        `json:"ok"`
	Error  string      `json:"error,omitempty"`
	MS     float64     `json:"ms"`
	Remote *connReport `json:"remote,omitempty"`
}

var errTestsFailed = errors.New("not every test passed")

type dialOptions struct {
	target   peer.AddrInfo
	listen   []string
	security []string
	key      string
	tests    []string
	size     int
	timeout  time.Duration
}

func parseDialOptions(args []string) (*dialOptions, error) {
	var listen, security, tests listFlag
	flags := flag.NewFlagSet("dial", flag.ContinueOnError)
	flags.Var(&listen, "listen", "multiaddr to serve the test protocols on until standard input closes (repeatable, default none)")
	flags.Var(&security, "security", "noise or tls (repeatable, default both)")
	flags.Var(&tests, "test", "ping, echo, half-close, reset or conn-state (repeatable, default all)")
	key := flags.String("key", defaultKey, "key type of the identity: rsa, ed25519, secp256k1 or ecdsa")
	size := flags.Int("size", 1<<20, "bytes to send in echo and half-close")
	timeout := flags.Duration("timeout", 30*time.Second, "for the dial, and again for each test")
	rest, err := parseFlags(flags, args)
	if err != nil {
		return nil, err
	}
	if len(rest) != 1 {
		return nil, fmt.Errorf("%w: dial takes one multiaddr, got %d", errUsage, len(rest))
	}
	target, err := peer.AddrInfoFromString(rest[0])
	if err != nil {
		return nil, fmt.Errorf("%w: %q: %w", errUsage, rest[0], err)
	}
	if *size < 1 {
		return nil, fmt.Errorf("%w: --size %d is not positive", errUsage, *size)
	}
	if len(security) == 0 {
		security = defaultSecurity
	}
	if len(tests) == 0 {
		tests = testNames
	}
	for _, name := range tests {
		if peerTests[name] == nil {
			return nil, fmt.Errorf("%w: --test %q is none of %v", errUsage, name, testNames)
		}
	}
	return &dialOptions{*target, listen, security, *key, tests, *size, *timeout}, nil
}

// runDial connects to one peer and runs the tests on that connection, one
// after the other.
func runDial(ctx context.Context, args []string) error {
	options, err := parseDialOptions(args)
	if err != nil {
		return err
	}
	h, err := newHost(options.listen, options.security, options.key)
	if err != nil {
		return err
	}
	defer h.Close()
	if len(options.listen) > 0 {
		serveProtocols(h)
		if err := json.NewEncoder(os.Stdout).Encode(describe(h)); err != nil {
			return err
		}
	}

	report := dialAndTest(ctx, h, options)
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		return err
	}
	if len(options.listen) > 0 {
		waitForEnd(ctx)
	}
	if !report.OK {
		return errTestsFailed
	}
	return nil
}

func dialAndTest(ctx context.Context, h host.Host, options *dialOptions) dialReport {
	report := dialReport{Tests: []testReport{}}
	dialCtx, cancel := context.WithTimeout(ctx, options.timeout)
	defer cancel()
	start := time.Now()
	err := h.Connect(dialCtx, options.target)
	report.DialMS = milliseconds(time.Since(start))
	if err != nil {
		report.Error = err.Error()
		return report
	}
	if conns := h.Network().ConnsToPeer(options.target.ID); len(conns) > 0 {
		connection := reportConn(conns[0])
		report.Connection = &connection
	}
	report.OK = report.Connection != nil
	for _, name := range options.tests {
		result := runTest(ctx, h, name, options)
		report.Tests = append(report.Tests, result)
		report.OK = report.OK && result.OK
	}
	return report
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}
