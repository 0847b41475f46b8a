package main

import (
	"context"
	"math"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const (
	watchTime = 5 * time.Second // in which a deploy is watched before it is over
	recently  = 2 * time.Second
)

// An instance is one version of the service that runs.
type instance struct {
	*Service
	addr string
	term context.CancelFunc // SIGTERM
	exit chan error         // gets what Run returned
}

func start(ctx context.Context) (*instance, error) {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	ctx, term := context.WithCancel(ctx)
	i := &instance{newService(), ln.Addr().String(), term, make(chan error, 1)}
	go func() { i.exit <- i.Run(ctx, ln) }()
	return i, nil
}

// serve runs an instance behind a balancer, and deploys when it's told to.
func serve(ctx context.Context, s *host.Service) error {
	d := newDeploys()
	b := newBalancer(d.failed)
	first, err := start(ctx)
	if err != nil {
		return err
	}
	b.add(first.addr)
	d.new = first
	go b.watch(ctx)
	front := &http.Server{Handler: b.handler(), ReadHeaderTimeout: time.Second}
	defer context.AfterFunc(ctx, func() { _ = front.Close() })()
	go d.run(ctx, b)
	for !b.isReady(first.addr) && sleep(ctx, askFor) {
	}
	return front.Serve(s.Listener)
}

// run deploys each time that the switch is on.
func (d *deploys) run(ctx context.Context, b *balancer) {
	for ctx.Err() == nil {
		changed := host.Changed()
		if !deploy.On() {
			select {
			case <-changed:
			case <-ctx.Done():
			}
			continue
		}
		d.deploy(ctx, b)
		deploy.Off()
	}
}

// deploy starts a new instance, waits until it gets requests, tells the old
// one to stop, and looks for a while how that goes.
func (d *deploys) deploy(ctx context.Context, b *balancer) {
	fresh, err := start(ctx)
	if err != nil {
		return // no port is free: the old one serves on
	}
	b.add(fresh.addr)
	for !b.isReady(fresh.addr) && sleep(ctx, askFor) {
	}
	old := d.begin(fresh)
	signalled := time.Now()
	old.term()
	<-old.exit // ErrCut is seen in the numbers
	d.exited(time.Since(signalled))
	sleep(ctx, watchTime)
}

// sleep reports whether ctx goes on.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// deploys are what is known of deploys.
type deploys struct {
	mu       sync.Mutex
	old, new *instance
	lost     float64 // requests that failed since the last deploy began; NaN before the first
	exit     float64 // ms that the last stop took; NaN before the first
	failures []time.Time
}

func newDeploys() *deploys {
	d := &deploys{lost: math.NaN(), exit: math.NaN()}
	for name, read := range map[string]func() float64{
		"lost":         func() float64 { return d.lost },
		"exit_time":    func() float64 { return d.exit },
		"errors":       d.recentFailures,
		"old_requests": func() float64 { return d.old.underWay() },
		"new_requests": func() float64 { return d.new.underWay() },
	} {
		host.Gauge(name, func() float64 {
			d.mu.Lock()
			defer d.mu.Unlock()
			return read()
		})
	}
	return d
}

// underWay is how many requests an instance works on.
func (i *instance) underWay() float64 {
	if i == nil {
		return 0
	}
	return float64(i.requests.Load())
}

// begin returns the instance that has to go.
func (d *deploys) begin(fresh *instance) (old *instance) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.old, d.new, d.lost = d.new, fresh, 0
	return d.old
}

func (d *deploys) exited(after time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.exit = float64(after.Milliseconds())
}

// failed counts a request that got no answer or an error.
func (d *deploys) failed() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lost++
	d.failures = append(d.failures, time.Now())
}

// recentFailures is how many requests failed lately. Hold d.mu.
func (d *deploys) recentFailures() float64 {
	d.failures = slices.DeleteFunc(d.failures, func(at time.Time) bool { return time.Since(at) > recently })
	return float64(len(d.failures))
}
