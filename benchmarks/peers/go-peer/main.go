// Command go-peer is the go-libp2p end of the benchmark. It reads one command a
// line from standard input and answers each with one line, both JSON; the
// commands are in ../contract.ts.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// command is a line of input. Which fields count depends on Command.
type command struct {
	Command     string   `json:"command"`
	Security    string   `json:"security"`
	Listen      string   `json:"listen"`
	Hosts       int      `json:"hosts"`
	Bare        bool     `json:"bare"`
	Address     string   `json:"address"`
	Addresses   []string `json:"addresses"`
	Streams     int      `json:"streams"`
	Up          int64    `json:"up"`
	Down        int64    `json:"down"`
	Count       int      `json:"count"`
	Concurrency int      `json:"concurrency"`
}

// answer is a line of output.
type answer struct {
	Error     string   `json:"error,omitempty"`
	Addresses []string `json:"addresses,omitempty"`
	MS        float64  `json:"ms"`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	peer := &peerProcess{}
	defer peer.close()
	go func() {
		<-ctx.Done()
		os.Exit(0)
	}()
	if err := serve(ctx, peer); err != nil {
		fmt.Fprintln(os.Stderr, "go-peer:", err)
		os.Exit(1)
	}
}

// serve answers commands until standard input closes.
func serve(ctx context.Context, peer *peerProcess) error {
	lines := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var c command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return fmt.Errorf("%q: %w", lines.Text(), err)
		}
		a, err := peer.run(ctx, &c)
		if err != nil {
			a.Error = err.Error()
		}
		if err := out.Encode(a); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (p *peerProcess) run(ctx context.Context, c *command) (answer, error) {
	switch c.Command {
	case "listen":
		return p.listen(c)
	case "connect":
		return p.connect(ctx, c)
	case "transfer":
		return p.transfer(ctx, c)
	case "echo":
		return p.echo(ctx, c)
	case "dial":
		return p.dial(ctx, c)
	case "hold":
		return p.hold(ctx, c)
	case "release":
		return answer{}, p.release()
	case "collect-garbage":
		debug.FreeOSMemory()
		return answer{}, nil
	default:
		return answer{}, fmt.Errorf("no such command: %q", c.Command)
	}
}
