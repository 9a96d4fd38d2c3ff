package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	ma "github.com/multiformats/go-multiaddr"
)

// dialBatch is one line of input of dial-batches: peers to dial all at once, by
// the host of the batch before or by a new one.
type dialBatch struct {
	Targets   []dialTarget `json:"targets"`
	TimeoutMS int64        `json:"timeoutMs"`
	SameHost  bool         `json:"sameHost"`
}

// dialTarget is a peer and its addresses, which do not end in /p2p.
type dialTarget struct {
	PeerID peer.ID        `json:"peerId"`
	Addrs  []ma.Multiaddr `json:"addrs"`
}

// dialBatchReport answers a dialBatch. MS is when the last dial had ended; the
// outcomes are in the order of the targets.
type dialBatchReport struct {
	MS       float64       `json:"ms"`
	Outcomes []dialOutcome `json:"outcomes"`
}

type dialOutcome struct {
	OK    bool    `json:"ok"`
	MS    float64 `json:"ms"`
	Error string  `json:"error,omitempty"`
}

// maxBatchLine bounds one line of input, bytes.
const maxBatchLine = 4 << 20

// UnmarshalJSON takes the addresses as strings.
func (t *dialTarget) UnmarshalJSON(data []byte) error {
	var raw struct {
		PeerID string   `json:"peerId"`
		Addrs  []string `json:"addrs"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	id, err := peer.Decode(raw.PeerID)
	if err != nil {
		return err
	}
	t.PeerID = id
	for _, text := range raw.Addrs {
		addr, err := ma.NewMultiaddr(text)
		if err != nil {
			return err
		}
		t.Addrs = append(t.Addrs, addr)
	}
	return nil
}

// runDialBatches dials the batch on each line of standard input, with a new
// host that knows nothing of the dials before, unless the batch says otherwise.
// The host stays until the next line, so that what a dial leaves open can be
// seen from outside.
func runDialBatches(ctx context.Context, args []string) error {
	var security listFlag
	flags := flag.NewFlagSet("dial-batches", flag.ContinueOnError)
	flags.Var(&security, "security", "noise or tls (repeatable, default both)")
	rest, err := parseFlags(flags, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("%w: dial-batches takes no argument, got %q", errUsage, rest[0])
	}
	if len(security) == 0 {
		security = defaultSecurity
	}

	var h host.Host
	defer func() {
		if h != nil {
			_ = h.Close()
		}
	}()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, maxBatchLine)
	for lines.Scan() {
		var batch dialBatch
		if err := json.Unmarshal(lines.Bytes(), &batch); err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		if h != nil && batch.SameHost {
			closeConns(h)
		} else {
			if h != nil {
				_ = h.Close()
			}
			if h, err = newHost(nil, security, defaultKey); err != nil {
				return err
			}
		}
		if err := json.NewEncoder(os.Stdout).Encode(dialAll(ctx, h, batch)); err != nil {
			return err
		}
	}
	return lines.Err()
}

func closeConns(h host.Host) {
	for _, conn := range h.Network().Conns() {
		_ = conn.Close()
	}
}

func dialAll(ctx context.Context, h host.Host, batch dialBatch) dialBatchReport {
	report := dialBatchReport{Outcomes: make([]dialOutcome, len(batch.Targets))}
	start := time.Now()
	var dials sync.WaitGroup
	for i, target := range batch.Targets {
		dials.Go(func() {
			dialCtx, cancel := context.WithTimeout(ctx, time.Duration(batch.TimeoutMS)*time.Millisecond)
			defer cancel()
			report.Outcomes[i] = dialOne(dialCtx, h, target)
		})
	}
	dials.Wait()
	report.MS = milliseconds(time.Since(start))
	return report
}

// dialOne connects by the network and not by the host, which would wait for
// identify too.
func dialOne(ctx context.Context, h host.Host, target dialTarget) dialOutcome {
	start := time.Now()
	h.Peerstore().AddAddrs(target.PeerID, target.Addrs, peerstore.TempAddrTTL)
	_, err := h.Network().DialPeer(ctx, target.PeerID)
	outcome := dialOutcome{OK: err == nil, MS: milliseconds(time.Since(start))}
	if err != nil {
		outcome.Error = err.Error()
	}
	return outcome
}
