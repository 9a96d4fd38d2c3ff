package main

import (
	"crypto/sha256"
	"encoding/json"
	"io"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/protocol"
)

// The test protocols, the same in every peer of the matrix.
const (
	// echoID sends back what it gets until the remote closes its side, then closes.
	echoID protocol.ID = "/echo/1.0.0"
	// halfCloseID reads until the remote closes its side and only then answers,
	// with the 32 bytes of the SHA-256 of what it read.
	halfCloseID protocol.ID = "/half-close/1.0.0"
	// resetID resets the stream when it has read one byte.
	resetID protocol.ID = "/reset/1.0.0"
	// connStateID writes what this side negotiated for the connection, as JSON.
	connStateID protocol.ID = "/conn-state/1.0.0"
)

func serveProtocols(h host.Host) {
	h.SetStreamHandler(echoID, closeOrReset(serveEcho))
	h.SetStreamHandler(halfCloseID, closeOrReset(serveHalfClose))
	h.SetStreamHandler(resetID, serveReset)
	h.SetStreamHandler(connStateID, closeOrReset(serveConnState))
}

// closeOrReset ends the stream after serve: cleanly, or with a reset if it failed.
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
	_, err := io.Copy(stream, stream)
	return err
}

func serveHalfClose(stream network.Stream) error {
	digest := sha256.New()
	if _, err := io.Copy(digest, stream); err != nil {
		return err
	}
	_, err := stream.Write(digest.Sum(nil))
	return err
}

func serveReset(stream network.Stream) {
	_, _ = io.ReadFull(stream, make([]byte, 1))
	_ = stream.Reset()
}

func serveConnState(stream network.Stream) error {
	return json.NewEncoder(stream).Encode(reportConn(stream.Conn()))
}
