package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	"golang.org/x/sync/errgroup"
)

// peerProcess is what lives from one command to the next.
type peerProcess struct {
	listeners []host.Host

	// For transfers and echoes, and the peer it is connected to.
	dialer host.Host
	remote peer.ID

	// For dials, one for each security protocol.
	bareDialers map[string]host.Host

	// Each holds one connection.
	crowd []host.Host
}

func (p *peerProcess) close() {
	_ = p.release()
	for _, h := range p.listeners {
		_ = h.Close()
	}
	if p.dialer != nil {
		_ = p.dialer.Close()
	}
	for _, h := range p.bareDialers {
		_ = h.Close()
	}
}

func (p *peerProcess) listen(c *command) (answer, error) {
	create := newHost
	if c.Bare {
		create = newBareHost
	}
	var a answer
	for range c.Hosts {
		h, err := create(c.Security, c.Listen)
		if err != nil {
			return a, err
		}
		p.listeners = append(p.listeners, h)
		serveProtocols(h)
		a.Addresses = append(a.Addresses, fmt.Sprintf("%s/p2p/%s", h.Network().ListenAddresses()[0], h.ID()))
	}
	return a, nil
}

func (p *peerProcess) connect(ctx context.Context, c *command) (answer, error) {
	target, err := peer.AddrInfoFromString(c.Address)
	if err != nil {
		return answer{}, err
	}
	if p.dialer != nil {
		if err := p.dialer.Close(); err != nil {
			return answer{}, err
		}
	}
	if p.dialer, err = newHost(c.Security, ""); err != nil {
		return answer{}, err
	}
	p.remote = target.ID
	return answer{}, p.dialer.Connect(ctx, *target)
}

// dial connects and closes Count times, Concurrency at once, each of those to
// an address of its own: dials of one peer would be joined.
func (p *peerProcess) dial(ctx context.Context, c *command) (answer, error) {
	if len(c.Addresses) < c.Concurrency {
		return answer{}, fmt.Errorf("%d addresses for %d dials at once", len(c.Addresses), c.Concurrency)
	}
	h, err := p.bareDialer(c.Security)
	if err != nil {
		return answer{}, err
	}
	targets := make([]*peer.AddrInfo, c.Concurrency)
	for i := range targets {
		if targets[i], err = peer.AddrInfoFromString(c.Addresses[i]); err != nil {
			return answer{}, err
		}
		h.Peerstore().AddAddrs(targets[i].ID, targets[i].Addrs, peerstore.PermanentAddrTTL)
	}
	return timed(c, func(worker int) error {
		connection, err := h.Network().DialPeer(ctx, targets[worker].ID)
		if err != nil {
			return err
		}
		return connection.Close()
	})
}

func (p *peerProcess) bareDialer(security string) (host.Host, error) {
	if h := p.bareDialers[security]; h != nil {
		return h, nil
	}
	h, err := newBareHost(security, "")
	if err != nil {
		return nil, err
	}
	if p.bareDialers == nil {
		p.bareDialers = map[string]host.Host{}
	}
	p.bareDialers[security] = h
	return h, nil
}

// hold connects Count peers, each with an identity of its own, and keeps the
// connections until release.
func (p *peerProcess) hold(ctx context.Context, c *command) (answer, error) {
	target, err := peer.AddrInfoFromString(c.Address)
	if err != nil {
		return answer{}, err
	}
	crowd := make([]host.Host, c.Count)
	var dials errgroup.Group
	dials.SetLimit(c.Concurrency)
	for i := range crowd {
		dials.Go(func() error {
			var err error
			if crowd[i], err = newBareHost(c.Security, ""); err != nil {
				return err
			}
			return crowd[i].Connect(ctx, *target)
		})
	}
	err = dials.Wait()
	for _, h := range crowd {
		if h != nil {
			p.crowd = append(p.crowd, h)
		}
	}
	return answer{}, err
}

func (p *peerProcess) release() error {
	var failed []error
	for _, h := range p.crowd {
		failed = append(failed, h.Close())
	}
	p.crowd = nil
	return errors.Join(failed...)
}

// timed runs once for each of Count, Concurrency at a time, and takes the time of all.
func timed(c *command, once func(worker int) error) (answer, error) {
	var workers errgroup.Group
	start := time.Now()
	for worker := range c.Concurrency {
		share := c.Count / c.Concurrency
		workers.Go(func() error {
			for range share {
				if err := once(worker); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := workers.Wait()
	return answer{MS: float64(time.Since(start).Nanoseconds()) / 1e6}, err
}
