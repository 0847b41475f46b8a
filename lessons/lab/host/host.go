// Package host is what the programs of live labs have in common. A lab is two
// processes: the one that the workbook starts sends the load, plays the
// dependencies and measures; it starts itself a second time as the service that
// is looked at, whose goroutines, memory and connections are its own. They talk
// on loopback only, and in lines of JSON (package lab). Both end when their
// standard input does, so that nothing is left however the workbook ends.
//
// Bounds: one processor each and a low priority, 400 MB for both together,
// 20,000 goroutines of the service, 5,000 requests of one stream that wait. At a
// bound the streams of the load wait, and an event says so; [Lab.Clients] keep to
// a bound of their own. Ten minutes without a command end the lab.
package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"time"
)

// Lab is a live lab. Its switches, knobs and counters are variables of its
// package, made by [Switch], [Knob] and [Count].
type Lab struct {
	// Dependencies are what the service calls, by name, each on an address of its
	// own in the process of the load.
	Dependencies map[string]http.Handler

	// Service serves on s.Listener until ctx is done. It runs in the service's
	// process.
	Service func(ctx context.Context, s *Service) error

	// Load are the requests of ordinary clients.
	Load []Stream

	// Clients are clients of another kind: who send slowly, or who try again. It
	// runs in the process of the load until ctx is done. It may be nil.
	Clients func(ctx context.Context, c *Clients) error

	// Timed names what Clients counts and times with [Clients.Latency].
	Timed []string
}

// serviceRole is set in the environment of the service's process.
const serviceRole = "LEAKPROOF_LAB_SERVICE"

// Main runs the lab until standard input ends.
func Main(l Lab) {
	runtime.GOMAXPROCS(1)
	var err error
	if what, ok := os.LookupEnv(serviceRole); ok {
		err = l.serve(context.Background(), what, waitable(os.Stdin), os.Stdout)
	} else {
		beNice()
		err = l.run(context.Background(), endsSoon{waitable(os.Stdin)}, os.Stdout)
	}
	// What still runs in this process ends with it.
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// endsSoon ends the process soon after its input has ended. To close thousands
// of connections takes a lab seconds; the system does it at once.
type endsSoon struct{ io.ReadCloser }

func (r endsSoon) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		time.AfterFunc(mostEnding, func() { os.Exit(0) })
	}
	return n, err
}
