package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"
)

// peerTest runs one test against a connected peer, and gives up when ctx ends.
type peerTest func(ctx context.Context, h host.Host, id peer.ID, size int, report *testReport) error

var (
	testNames = []string{"ping", "echo", "half-close", "reset", "conn-state"}
	peerTests = map[string]peerTest{
		"ping":       testPing,
		"echo":       testEcho,
		"half-close": testHalfClose,
		"reset":      testReset,
		"conn-state": testConnState,
	}
)

func runTest(ctx context.Context, h host.Host, name string, options *dialOptions) testReport {
	report := testReport{Name: name}
	ctx, cancel := context.WithTimeout(ctx, options.timeout)
	defer cancel()
	start := time.Now()
	err := peerTests[name](ctx, h, options.target.ID, options.size, &report)
	report.MS = milliseconds(time.Since(start))
	if err != nil {
		report.Error = err.Error()
	}
	report.OK = err == nil
	return report
}

func testPing(ctx context.Context, h host.Host, id peer.ID, _ int, _ *testReport) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	select {
	case result, ok := <-ping.Ping(ctx, h, id):
		if !ok {
			return ctx.Err()
		}
		return result.Error
	case <-ctx.Done():
		return ctx.Err()
	}
}

// openStream opens a stream that is bound to the deadline of ctx. It must be
// ended with Close or Reset.
func openStream(ctx context.Context, h host.Host, id peer.ID, proto protocol.ID) (network.Stream, error) {
	stream, err := h.NewStream(ctx, id, proto)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := stream.SetDeadline(deadline); err != nil {
			_ = stream.Reset()
			return nil, err
		}
	}
	return stream, nil
}

// sendAll writes data and closes the writing side, beside the caller's reading.
func sendAll(stream network.Stream, data []byte) <-chan error {
	sent := make(chan error, 1)
	go func() {
		_, err := stream.Write(data)
		if err == nil {
			err = stream.CloseWrite()
		}
		sent <- err
	}()
	return sent
}

// exchange sends data on a new stream and returns all that came back.
func exchange(ctx context.Context, h host.Host, id peer.ID, proto protocol.ID, data []byte) ([]byte, error) {
	stream, err := openStream(ctx, h, id, proto)
	if err != nil {
		return nil, err
	}
	sent := sendAll(stream, data)
	received, err := io.ReadAll(stream)
	if err != nil {
		_ = stream.Reset()
		<-sent
		return nil, fmt.Errorf("reading after %d bytes: %w", len(received), err)
	}
	if err := <-sent; err != nil {
		_ = stream.Reset()
		return nil, fmt.Errorf("writing: %w", err)
	}
	return received, stream.Close()
}

func testEcho(ctx context.Context, h host.Host, id peer.ID, size int, _ *testReport) error {
	data := randomBytes(size)
	received, err := exchange(ctx, h, id, echoID, data)
	if err != nil {
		return err
	}
	if !bytes.Equal(received, data) {
		return fmt.Errorf("sent %d bytes, got %d others back", len(data), len(received))
	}
	return nil
}

func testHalfClose(ctx context.Context, h host.Host, id peer.ID, size int, _ *testReport) error {
	data := randomBytes(size)
	received, err := exchange(ctx, h, id, halfCloseID, data)
	if err != nil {
		return err
	}
	if want := sha256.Sum256(data); !bytes.Equal(received, want[:]) {
		return fmt.Errorf("expected SHA-256 %x, got %x", want, received)
	}
	return nil
}

func testReset(ctx context.Context, h host.Host, id peer.ID, _ int, _ *testReport) error {
	stream, err := openStream(ctx, h, id, resetID)
	if err != nil {
		return err
	}
	defer stream.Reset()
	if _, err := stream.Write([]byte{1}); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	n, err := stream.Read(make([]byte, 1))
	if !errors.Is(err, network.ErrReset) {
		return fmt.Errorf("expected a reset, read %d bytes and %v", n, err)
	}
	return nil
}

func testConnState(ctx context.Context, h host.Host, id peer.ID, _ int, report *testReport) error {
	received, err := exchange(ctx, h, id, connStateID, nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(received, &report.Remote)
}

func randomBytes(size int) []byte {
	data := make([]byte, size)
	_, _ = rand.Read(data)
	return data
}
