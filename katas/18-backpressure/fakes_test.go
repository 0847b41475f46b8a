package backpressure_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	backpressure "example.com/leakproof/katas/18-backpressure"
	"example.com/leakproof/katas/internal/kit"
)

var errFailing = fmt.Errorf("read page: %w", context.DeadlineExceeded)

// A site is a service behind a handler, and its store.
type site struct {
	limit    int
	service  *backpressure.Service
	handler  http.Handler
	requests []*request
	searches kit.Gauge
	unwind   time.Duration // what a search needs to return when it is told to stop
}

func open(t *testing.T, limit int) *site {
	x := &site{limit: limit}
	x.service = backpressure.NewService(x, limit)
	x.handler = backpressure.NewHandler(x.service)
	t.Cleanup(func() { leave(x.requests) })
	return x
}

// Search does what the query says: it is short, long, failing or panicking.
func (x *site) Search(ctx context.Context, query string) ([]backpressure.Note, error) {
	defer x.searches.Enter()()
	takes := time.Second
	if query == "long" {
		takes = time.Hour
	}
	select {
	case <-time.After(takes):
	case <-ctx.Done():
		time.Sleep(x.unwind)
		return nil, context.Cause(ctx)
	}
	switch query {
	case "panicking":
		panic(query)
	case "failing":
		return nil, errFailing
	}
	return []backpressure.Note{{ID: "n-1", Title: "Milk"}}, nil
}

// A request is one that has begun. What is below done is there once that is closed.
type request struct {
	cancel context.CancelFunc // its client leaves
	done   chan struct{}
	status int         // 0: the handler panicked
	header http.Header // as it was when the answer began
	took   time.Duration
}

func (x *site) get(path string) *request {
	ctx, cancel := context.WithCancel(context.Background())
	r := &request{cancel: cancel, done: make(chan struct{})}
	h, start := x.handler, time.Now()
	x.requests = append(x.requests, r)
	go func() {
		defer close(r.done)
		defer cancel() // as the server does
		defer func() {
			_ = recover() // so does the server
			r.took = time.Since(start)
		}()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(hesitant{ctx}, http.MethodGet, path, nil))
		r.status, r.header = w.Code, w.Result().Header
	}()
	return r
}

// search begins n searches at the same moment, and waits until nothing happens any more.
func (x *site) search(n int, query string) (all []*request) {
	for range n {
		all = append(all, x.get("/notes?q="+query))
	}
	synctest.Wait()
	return all
}

// fill begins as many searches as may run, and fails t unless they do.
func (x *site) fill(t *testing.T, query string) []*request {
	t.Helper()
	all := x.search(x.limit, query)
	if live := x.searches.Live(); live != x.limit {
		t.Fatalf("limit %d, and all slots were free: of the next %d searches, %d run (Keep 3)", x.limit, x.limit, live)
	}
	return all
}

// leave has the clients leave, and waits until nothing is left of them.
func leave(all []*request) {
	for _, r := range all {
		r.cancel()
	}
	wait(all)
}

func wait(all []*request) {
	for _, r := range all {
		<-r.done
	}
}

// over reports whether r has been answered.
func (r *request) over() bool {
	synctest.Wait()
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// refusal says what is wrong with the answer to r, which came more than a second
// ago, while all slots were taken. "" is nothing.
func (r *request) refusal() string {
	switch {
	case !r.over() || r.took > time.Second:
		return "a request still waited 1s after it had come:\nthat is the longest wait"
	case r.status != http.StatusTooManyRequests && r.status != http.StatusServiceUnavailable:
		return fmt.Sprintf("a request that found none got %s;\nwant 429 or 503", r)
	}
	return ""
}

func (r *request) String() string {
	if r.status == 0 {
		return "a panic"
	}
	return fmt.Sprintf("a %d after %v", r.status, r.took)
}

// hesitant is a context that lets others go on whenever somebody is about to wait
// for it: requests of the same moment meet there.
type hesitant struct{ context.Context }

func (c hesitant) Done() <-chan struct{} { runtime.Gosched(); return c.Context.Done() }

// A quick store lets others go on, and remembers nothing: a lock around that
// would order the requests.
type quick struct{ meet *kit.Barrier }

func (q quick) Search(context.Context, string) ([]backpressure.Note, error) {
	q.meet.Pair()
	return nil, nil
}
