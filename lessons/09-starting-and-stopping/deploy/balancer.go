package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httputil"
	"slices"
	"sync"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const (
	askEvery   = 500 * time.Millisecond // whether an instance is ready
	askFor     = 250 * time.Millisecond
	believedNo = 2 // noes in a row until an instance gets no more requests
)

var (
	refused = host.Count("refused")
	cut     = host.Count("cut")
	told    = host.Count("told")
)

// A balancer sends each request to the instances in turn that it believes to
// be ready.
type balancer struct {
	transport *http.Transport
	failed    func() // is called for each request that failed

	mu        sync.Mutex
	instances []*target
	next      int
}

// A target is an instance as the balancer knows it.
type target struct {
	addr  string
	ready bool
	noes  int // in a row
}

func newBalancer(failed func()) *balancer {
	return &balancer{transport: &http.Transport{MaxIdleConnsPerHost: 50}, failed: failed}
}

// add tells the balancer of a new instance.
func (b *balancer) add(addr string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.instances = append(b.instances, &target{addr: addr})
}

// watch asks every instance whether it is ready, until ctx ends.
func (b *balancer) watch(ctx context.Context) {
	for ctx.Err() == nil {
		b.mu.Lock()
		instances := slices.Clone(b.instances)
		b.mu.Unlock()
		for _, t := range instances {
			b.hear(t, ask(ctx, b.transport, t.addr))
		}
		select {
		case <-time.After(askEvery):
		case <-ctx.Done():
		}
	}
}

// ask asks an instance whether it is ready.
func ask(ctx context.Context, transport *http.Transport, addr string) bool {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/readyz", nil)
	if err != nil {
		return false
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusNoContent
}

// hear is told whether an instance is ready. One that was and isn't any more
// is forgotten.
func (b *balancer) hear(t *target, ready bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ready {
		t.ready, t.noes = true, 0
	} else if t.noes++; t.ready && t.noes == believedNo {
		b.instances = slices.DeleteFunc(b.instances, func(other *target) bool { return other == t })
	}
}

// pick is the instance whose turn it is, nil if none is ready. One that was
// tried already gets no second turn.
func (b *balancer) pick(tried *target) *target {
	b.mu.Lock()
	defer b.mu.Unlock()
	for range b.instances {
		b.next++
		if t := b.instances[b.next%len(b.instances)]; t.ready && t != tried {
			return t
		}
	}
	return nil
}

// isReady reports whether an instance gets requests.
func (b *balancer) isReady(addr string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.ContainsFunc(b.instances, func(t *target) bool { return t.addr == addr && t.ready })
}

var errNoInstance = errors.New("no instance is ready")

// RoundTrip sends a request to an instance.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	first := b.pick(nil)
	if first == nil {
		return nil, errNoInstance
	}
	resp, err := b.send(r, first)
	if second := b.other(err, first); second != nil {
		return b.send(r, second)
	}
	return resp, err
}

// other is where a request goes that was never sent, since nobody
// listens at the first address.
func (b *balancer) other(err error, first *target) *target {
	if retry.On() && neverSent(err) {
		return b.pick(first)
	}
	return nil
}

func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

func (b *balancer) send(r *http.Request, t *target) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Host = t.addr
	return b.transport.RoundTrip(r)
}

// handler is what clients talk to.
func (b *balancer) handler() http.Handler {
	return &httputil.ReverseProxy{
		Transport: b,
		Rewrite:   func(r *httputil.ProxyRequest) { r.Out.URL.Scheme = "http" },
		ModifyResponse: func(r *http.Response) error {
			if r.StatusCode >= http.StatusInternalServerError {
				told.Add(1)
				b.failed()
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			if neverSent(err) || errors.Is(err, errNoInstance) {
				refused.Add(1)
			} else {
				cut.Add(1)
			}
			b.failed()
			w.WriteHeader(http.StatusBadGateway)
		},
	}
}
