package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/libp2p/go-libp2p/p2p/transport/websocket"
	ma "github.com/multiformats/go-multiaddr"
)

// The vectors that the tests of packages/multiaddr-ws read too.
const vectorDir = "../../packages/multiaddr-ws/test/vectors/"

type multiaddrVector struct {
	Note   string `json:"note"`
	String string `json:"string"`

	// Only in valid.json.
	Normalized string `json:"normalized"`
	// How go prints the address, where that is not Normalized.
	GoString string `json:"goString"`
	// Hexadecimal.
	Bytes string `json:"bytes"`

	// Whether go-multiaddr takes the string. It knows the parts of an address but
	// not which order of them means something.
	GoAccepts bool `json:"goAccepts"`
	// Whether go-libp2p's WebSocket transport takes the address, without its peer id.
	GoDials bool `json:"goDials"`
}

func readVectors(t *testing.T, file string) []multiaddrVector {
	t.Helper()
	text, err := os.ReadFile(vectorDir + file)
	if err != nil {
		t.Fatal(err)
	}
	var vectors []multiaddrVector
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) == 0 {
		t.Fatalf("%s has no vectors", file)
	}
	return vectors
}

func TestValidMultiaddrVectors(t *testing.T) {
	for _, vector := range readVectors(t, "valid.json") {
		t.Run(vector.Note, func(t *testing.T) {
			addr := checkAccepted(t, vector)
			if addr == nil {
				return
			}
			checkBytes(t, vector, addr)
			checkString(t, vector, addr)
			if dials := dialable(addr); dials != vector.GoDials {
				t.Errorf("go-libp2p dials %s: %t, the vector says %t", vector.String, dials, vector.GoDials)
			}
		})
	}
}

func TestInvalidMultiaddrVectors(t *testing.T) {
	for _, vector := range readVectors(t, "invalid.json") {
		t.Run(vector.Note, func(t *testing.T) {
			addr := checkAccepted(t, vector)
			if dials := addr != nil && dialable(addr); dials != vector.GoDials {
				t.Errorf("go-libp2p dials %q: %t, the vector says %t", vector.String, dials, vector.GoDials)
			}
		})
	}
}

// checkAccepted returns nil where go-multiaddr refuses the string.
func checkAccepted(t *testing.T, vector multiaddrVector) ma.Multiaddr {
	t.Helper()
	addr, err := ma.NewMultiaddr(vector.String)
	if accepted := err == nil; accepted != vector.GoAccepts {
		t.Errorf("go-multiaddr accepts %q: %t (%v), the vector says %t", vector.String, accepted, err, vector.GoAccepts)
	}
	return addr
}

func checkBytes(t *testing.T, vector multiaddrVector, addr ma.Multiaddr) {
	t.Helper()
	want, err := hex.DecodeString(vector.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(addr.Bytes(), want) {
		t.Errorf("bytes of %s are %x, the vector says %s", vector.String, addr.Bytes(), vector.Bytes)
	}
	decoded, err := ma.NewMultiaddrBytes(want)
	if err != nil {
		t.Fatal(err)
	}
	if !decoded.Equal(addr) {
		t.Errorf("%s decodes to %s", vector.Bytes, decoded)
	}
}

func checkString(t *testing.T, vector multiaddrVector, addr ma.Multiaddr) {
	t.Helper()
	want := vector.Normalized
	if vector.GoString != "" {
		want = vector.GoString
	}
	if addr.String() != want {
		t.Errorf("go-multiaddr prints %s, the vector says %s", addr, want)
	}
	normalized, err := ma.NewMultiaddr(vector.Normalized)
	if err != nil {
		t.Fatal(err)
	}
	if !normalized.Equal(addr) {
		t.Errorf("%s and %s are different addresses", vector.String, vector.Normalized)
	}
}

// dialable asks what a swarm asks a transport, which is without the peer id.
func dialable(addr ma.Multiaddr) bool {
	withoutPeer, last := ma.SplitLast(addr)
	if last == nil || last.Protocol().Code != ma.P_P2P {
		withoutPeer = addr
	}
	return (&websocket.WebsocketTransport{}).CanDial(withoutPeer)
}
