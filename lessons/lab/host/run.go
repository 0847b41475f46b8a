package host

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"example.com/leakproof/lessons/lab"
)

const (
	interval = time.Second / slots
	released = 0.8 // of a bound: below it the load goes on
	mostCPU  = 100 // % of a core, service and load together
)

// Clients is what clients of another kind are given.
type Clients struct {
	Addr string // of the service: "127.0.0.1:40123"
	URL  string // "http://127.0.0.1:40123"

	host *host
}

// Latency measures requests of these clients, as the numbers NAME.sent, NAME.p99
// and so on. The name is one of the lab's Timed.
func (c *Clients) Latency(name string) Latency {
	i := slices.IndexFunc(c.host.streams, func(s *stream) bool { return s.Name == name })
	if i < 0 {
		panic("host: Timed of the lab does not name " + name)
	}
	return Latency{c.host.streams[i]}
}

// Event tells something that happened, in a few words.
func (c *Clients) Event(text string) { c.host.event(text, nil) }

// host is the process of the load.
type host struct {
	began time.Time

	out sync.Mutex // held for one message
	to  *json.Encoder
	end context.CancelCauseFunc

	turn    sync.Mutex // held for one order to the service, and while it is started again
	service *child
	serve   task

	mu      sync.Mutex
	streams []*stream
	capped  chan struct{}  // closed when the load may go on; nil while it may
	why     string         // it may not, as the last event about it says
	unseen  *time.Timer    // pauses the load when nothing is measured
	used    [slots + 1]cpu // the last ones, the oldest first
	busy    int            // samples in a row in which both took more than their share
}

// run starts the service and the load, and goes on until the commands end.
func (l Lab) run(ctx context.Context, commands io.Reader, messages io.Writer) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	h := &host{to: json.NewEncoder(messages), end: end}
	err := h.host(ctx, l, commands)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, errEnded) {
		err = cause
	}
	if err != nil {
		h.say(lab.Message{Problem: err.Error()})
	}
	return err
}

func (h *host) host(ctx context.Context, l Lab, commands io.Reader) error {
	var work sync.WaitGroup
	defer work.Wait()
	addresses := map[string]string{}
	for name, handler := range l.Dependencies {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", loopback)
		if err != nil {
			return noLoopback(err)
		}
		server := &http.Server{Handler: handler, ReadHeaderTimeout: headerLimit}
		work.Go(func() { _ = server.Serve(listener) }) // until it is closed
		defer func() { _ = server.Close() }()
		addresses[name] = "http://" + listener.Addr().String()
	}
	var err error
	if h.service, err = startService(ctx, task{Dependencies: addresses, Address: loopback}); err != nil {
		return err
	}
	defer h.stop()
	first := h.service.first
	if err := reach(ctx, first.Address); err != nil {
		return err
	}
	h.serve = task{addresses, first.Address, nil}
	h.streams = newStreams(l.Load)
	ordinary := slices.Clone(h.streams)
	for _, name := range l.Timed {
		h.streams = append(h.streams, newStream(Stream{Name: name}))
	}
	clients := &Clients{Addr: first.Address, URL: "http://" + first.Address, host: h}
	h.began = time.Now()
	h.unseen = time.AfterFunc(tooLate, func() { h.cap(unmeasured) })
	defer h.unseen.Stop()
	sample, err := h.sample()
	if err != nil {
		return err
	}
	h.say(lab.Message{Hello: &lab.Hello{Settings: declared.all(), Numbers: h.numbers(sample), Pprof: first.Pprof}})

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, s := range ordinary {
		work.Go(func() {
			wait := func(ctx context.Context) bool {
				if s.waiting() > mostWaiting { // between two samples as well
					h.cap(cappedAt(fmt.Sprintf("%.0f requests that wait", mostWaiting)))
				}
				return h.wait(ctx)
			}
			s.send(ctx, clients.URL, wait, func(rate int) {
				h.event(fmt.Sprintf("%s: this machine is too slow, now %d a second", s.Name, rate), nil)
			})
		})
	}
	if l.Clients != nil {
		work.Go(func() {
			if err := l.Clients(ctx, clients); err != nil && ctx.Err() == nil {
				h.end(fmt.Errorf("the lab's clients gave up: %w", err))
			}
		})
	}
	heard := make(chan struct{}, 1)
	// A read of standard input may end only with the process, so nothing waits
	// for this.
	go func() { h.end(h.listen(ctx, commands, heard)) }()
	defer func() { _ = closeReader(commands) }()
	err = h.measure(ctx, heard)
	h.end(err) // what fails from here on fails because of it
	return err
}

// stop ends the service.
func (h *host) stop() {
	h.turn.Lock()
	defer h.turn.Unlock()
	h.service.stop()
}

// numbers are the names of what is measured, also of what cannot be told before
// there are answers; a gauge that is NaN at the start is missing.
func (h *host) numbers(first *lab.Sample) []string {
	names := slices.Collect(maps.Keys(first.Numbers))
	if _, ok := processorTime(); ok {
		names = append(names, cpuNumber)
	}
	for _, s := range h.streams {
		for _, m := range measures {
			names = append(names, s.Name+"."+m)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// measure samples until ctx is done.
func (h *host) measure(ctx context.Context, heard <-chan struct{}) error {
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	idle := time.NewTimer(idleLimit)
	defer idle.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-heard:
			idle.Reset(idleLimit)
		case <-idle.C:
			return errors.New("the lab ended after ten minutes without a key: start it again")
		case <-ticks.C:
			sample, err := h.sample()
			if ctx.Err() != nil {
				return nil
			}
			if err != nil {
				return err
			}
			h.say(lab.Message{Sample: sample})
		}
	}
}

// listen obeys the commands until they end.
func (h *host) listen(ctx context.Context, commands io.Reader, heard chan<- struct{}) error {
	in := bufio.NewScanner(commands)
	for in.Scan() {
		var c lab.Command
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			return fmt.Errorf("the lab was sent a command that it cannot read (%w): start it again", err)
		}
		select {
		case heard <- struct{}{}:
		default:
		}
		switch {
		case c.Set != nil:
			if err := h.set(ctx, *c.Set); err != nil {
				return err
			}
		case c.Goroutines:
			r, _, err := h.ask(order{Goroutines: true})
			if err != nil {
				return err
			}
			h.say(lab.Message{Goroutines: r.Goroutines})
		}
	}
	return ended(in.Err())
}

// errEnded is the end of the commands. It is not io.EOF, which is also what a
// client gets when a connection is cut.
var errEnded = errors.New("the commands have ended")

// ended is errEnded where reading ended as it should.
func ended(err error) error {
	if err == nil || errors.Is(err, os.ErrClosed) {
		return errEnded
	}
	return err
}

func (h *host) set(ctx context.Context, s lab.Setting) error {
	if s.Name == restart.name {
		return h.restart(ctx)
	}
	if err := declared.set(s); err != nil {
		return err
	}
	if _, _, err := h.ask(order{Set: &s}); err != nil {
		return err
	}
	h.event(fmt.Sprintf("%s %d", s.Name, s.Value), &s)
	return nil
}

// restart ends the service's process in the middle of what it does, and starts
// it anew where it was.
func (h *host) restart(ctx context.Context) error {
	h.event("the service is started again", &lab.Setting{Name: restart.name, Value: 1})
	h.unseen.Stop() // it is part of a lab how the load fares meanwhile
	defer h.unseen.Reset(tooLate)
	h.turn.Lock()
	h.service.stop()
	h.serve.Settings = declared.all()
	service, err := startService(ctx, h.serve)
	if err == nil {
		h.service = service
	} else {
		h.end(err) // before the next order hears only that the service is gone
	}
	h.turn.Unlock()
	if err == nil {
		h.event("the service is back", &lab.Setting{Name: restart.name})
	}
	return err
}

// ask gives the service an order and returns its answer, and how long that took
// from when it was this order's turn.
func (h *host) ask(o order) (r reply, took time.Duration, err error) {
	h.turn.Lock()
	asked := time.Now()
	r, err = h.service.ask(o)
	took = time.Since(asked)
	if err != nil {
		h.end(err) // before the next order hears only that the service is gone
	}
	h.turn.Unlock()
	if err == nil && took > tooLate {
		h.slow("this machine is too slow")
	}
	return r, took, err
}

// slow halves the rates of the load.
func (h *host) slow(why string) {
	for _, s := range h.streams {
		if s.Rate > 0 || s.RateOf != nil { // others are only timed
			h.event(fmt.Sprintf("%s: %s, now %d a second", s.Name, why, s.slow()), nil)
		}
	}
}

func (h *host) event(text string, s *lab.Setting) {
	h.say(lab.Message{Event: &lab.Event{At: time.Since(h.began).Seconds(), Text: text, Setting: s}})
}

// say prints a message. Who cannot be told anything any more is gone.
func (h *host) say(m lab.Message) {
	h.out.Lock()
	defer h.out.Unlock()
	if err := h.to.Encode(m); err != nil {
		h.end(fmt.Errorf("nobody reads what the lab measures: %w", err))
	}
}
