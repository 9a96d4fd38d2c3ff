package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/protocol"
	"golang.org/x/sync/errgroup"
)

// The protocols of the benchmark; ../contract.ts describes them.
const (
	transferID protocol.ID = "/libp2p-ws/bench/transfer/1.0.0"
	echoID     protocol.ID = "/libp2p-ws/bench/echo/1.0.0"
)

// chunkSize is of one write and of the buffer of one read, bytes.
const chunkSize = 64 << 10

// acknowledgement is the byte that ends a transfer.
var acknowledgement = []byte{1}

func serveProtocols(h host.Host) {
	h.SetStreamHandler(transferID, closeOrReset(serveTransfer))
	h.SetStreamHandler(echoID, closeOrReset(serveEcho))
}

func closeOrReset(serve func(network.Stream) error) network.StreamHandler {
	return func(stream network.Stream) {
		if err := serve(stream); err != nil {
			_ = stream.Reset()
			return
		}
		_ = stream.Close()
	}
}

func serveEcho(stream network.Stream) error {
	var b [1]byte
	if _, err := io.ReadFull(stream, b[:]); err != nil {
		return err
	}
	_, err := stream.Write(b[:])
	return err
}

func serveTransfer(stream network.Stream) error {
	var header [16]byte
	if _, err := io.ReadFull(stream, header[:]); err != nil {
		return err
	}
	up := int64(binary.BigEndian.Uint64(header[:8]))
	down := int64(binary.BigEndian.Uint64(header[8:]))
	var ways errgroup.Group
	ways.Go(func() error { return readBytes(stream, up) })
	ways.Go(func() error { return writeBytes(stream, down) })
	if err := ways.Wait(); err != nil {
		return err
	}
	_, err := stream.Write(acknowledgement)
	return err
}

func (p *peerProcess) echo(ctx context.Context, c *command) (answer, error) {
	return timed(c, func(int) error {
		stream, err := p.dialer.NewStream(ctx, p.remote, echoID)
		if err != nil {
			return err
		}
		var b [1]byte
		if _, err := stream.Write(b[:]); err != nil {
			return err
		}
		if _, err := io.ReadFull(stream, b[:]); err != nil {
			return err
		}
		return stream.Close()
	})
}

func (p *peerProcess) transfer(ctx context.Context, c *command) (answer, error) {
	all := &command{Count: c.Streams, Concurrency: c.Streams}
	return timed(all, func(int) error {
		stream, err := p.dialer.NewStream(ctx, p.remote, transferID)
		if err != nil {
			return err
		}
		if err := transferOn(stream, c.Up, c.Down); err != nil {
			_ = stream.Reset()
			return err
		}
		return stream.Close()
	})
}

func transferOn(stream network.Stream, up, down int64) error {
	var header [16]byte
	binary.BigEndian.PutUint64(header[:8], uint64(up))
	binary.BigEndian.PutUint64(header[8:], uint64(down))
	if _, err := stream.Write(header[:]); err != nil {
		return err
	}
	var ways errgroup.Group
	ways.Go(func() error { return writeBytes(stream, up) })
	ways.Go(func() error { return readBytes(stream, down+int64(len(acknowledgement))) })
	return ways.Wait()
}

func writeBytes(stream network.Stream, count int64) error {
	chunk := make([]byte, chunkSize)
	for count > 0 {
		n, err := stream.Write(chunk[:min(count, chunkSize)])
		if err != nil {
			return fmt.Errorf("writing, %d bytes before the end: %w", count, err)
		}
		count -= int64(n)
	}
	return nil
}

func readBytes(stream network.Stream, count int64) error {
	buffer := make([]byte, chunkSize)
	for count > 0 {
		n, err := stream.Read(buffer[:min(count, chunkSize)])
		count -= int64(n)
		if err != nil && count > 0 {
			return fmt.Errorf("reading, %d bytes before the end: %w", count, err)
		}
	}
	return nil
}
