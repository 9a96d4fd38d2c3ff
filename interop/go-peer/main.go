// Command go-peer is the go-libp2p peer of the interop matrix. It listens for
// the test protocols or dials a peer that serves them, over WebSocket only:
//
//	go-peer [listen] [--listen MULTIADDR]... [--security noise|tls]... [--key TYPE] [--count N]
//	go-peer dial MULTIADDR [--listen MULTIADDR]... [--security noise|tls]... [--key TYPE] [--test NAME]... [--size BYTES] [--timeout DURATION]
//	go-peer dial-batches [--security noise|tls]...
//
// What they print on standard output is JSON, one document a line: listen one
// for each host, dial one in all, dial-batches one for each line of input. The
// exit code is 0 when all went well, 1 when the run failed and 2 when the
// command was called wrongly.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// errUsage marks an error of the caller: a flag or argument that cannot be used.
var errUsage = errors.New("usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(exitCode(run(ctx, os.Args[1:])))
}

func run(ctx context.Context, args []string) error {
	command := "listen"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = args[0], args[1:]
	}
	switch command {
	case "listen":
		return runListen(ctx, args)
	case "dial":
		return runDial(ctx, args)
	case "dial-batches":
		return runDialBatches(ctx, args)
	default:
		return fmt.Errorf("%w: %q is none of listen, dial, dial-batches", errUsage, command)
	}
}

func exitCode(err error) int {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	fmt.Fprintln(os.Stderr, "go-peer:", err)
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}

// listFlag is a flag that may be given several times.
type listFlag []string

func (f *listFlag) String() string { return strings.Join(*f, ",") }

func (f *listFlag) Set(value string) error {
	*f = append(*f, value)
	return nil
}

// parseFlags reads flags and positional arguments in any order and returns the
// positional ones: the flag package stops at the first of them.
func parseFlags(flags *flag.FlagSet, args []string) ([]string, error) {
	var positional []string
	for {
		if err := flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, fmt.Errorf("%w: %w", errUsage, err)
		}
		if flags.NArg() == 0 {
			return positional, nil
		}
		positional = append(positional, flags.Arg(0))
		args = flags.Args()[1:]
	}
}
