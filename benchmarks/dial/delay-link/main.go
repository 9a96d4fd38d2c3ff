// Command delay-link joins two network namespaces by a pair of tun devices and
// delays every packet between them, for kernels without netem:
//
//	delay-link NETNS NETNS DEVICE DELAY
//
// It creates DEVICE in both namespaces, prints "ready" and runs until standard
// input closes; then the devices are gone. DELAY is for one way.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// queueLength bounds the packets under way in one direction; what comes on top
// waits in the kernel's queue of the device.
const queueLength = 4096

// maxPacket is the largest packet of IPv4, bytes.
const maxPacket = 65535

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "delay-link:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 4 {
		return errors.New("usage: delay-link NETNS NETNS DEVICE DELAY")
	}
	delay, err := time.ParseDuration(args[3])
	if err != nil {
		return err
	}
	near, err := openTun(args[0], args[2])
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	far, err := openTun(args[1], args[2])
	if err != nil {
		return fmt.Errorf("%s: %w", args[1], err)
	}

	failed := make(chan error, 3)
	forward(near, far, delay, failed)
	forward(far, near, delay, failed)
	fmt.Println("ready")
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		failed <- err
	}()
	return <-failed
}

// openTun creates a tun device in a named network namespace. A device belongs
// to the namespace of the thread that created it.
func openTun(netns, device string) (*os.File, error) {
	type result struct {
		file *os.File
		err  error
	}
	opened := make(chan result)
	go func() {
		// Never unlocked: the runtime ends the thread with the goroutine,
		// so that no other goroutine runs in this namespace.
		runtime.LockOSThread()
		file, err := openTunHere(netns, device)
		opened <- result{file, err}
	}()
	r := <-opened
	return r.file, r.err
}

func openTunHere(netns, device string) (*os.File, error) {
	namespace, err := os.Open("/var/run/netns/" + netns)
	if err != nil {
		return nil, err
	}
	defer namespace.Close()
	if err := unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, fmt.Errorf("setns: %w", err)
	}
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/net/tun: %w", err)
	}
	request, err := unix.NewIfreq(device)
	if err != nil {
		return nil, err
	}
	request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
		return nil, fmt.Errorf("TUNSETIFF: %w", err)
	}
	// Nonblocking only now: what is no device yet cannot be polled.
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), device), nil
}

// forward carries packets one way, each delay after it came, in order.
func forward(from, to *os.File, delay time.Duration, failed chan<- error) {
	type packet struct {
		data []byte
		due  time.Time
	}
	queue := make(chan packet, queueLength)
	go func() {
		buffer := make([]byte, maxPacket)
		for {
			n, err := from.Read(buffer)
			if err != nil {
				failed <- err
				return
			}
			queue <- packet{append([]byte(nil), buffer[:n]...), time.Now().Add(delay)}
		}
	}()
	go func() {
		for p := range queue {
			time.Sleep(time.Until(p.due))
			// What the far device does not take, say because it is down,
			// is lost as on any link.
			_, _ = to.Write(p.data)
		}
	}()
}
