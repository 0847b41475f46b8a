package backpressure_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	backpressure "example.com/leakproof/katas/18-backpressure"
)

var (
	errBoom  = errors.New("disk failure")
	errPanic = errors.New("panic")
)

// What a search takes and returns, by its query. If nobody stops it, that is.
var searches = map[string]struct {
	time.Duration
	error
}{
	"short": {time.Second, nil}, "long": {time.Hour, nil}, "failing": {time.Second, errBoom}, "panicking": {time.Second, errPanic},
	"late": {time.Second, fmt.Errorf("read page: %w", context.DeadlineExceeded)}, "stopped": {time.Second, fmt.Errorf("read page: %w", context.Canceled)},
}

// A store is a fake. Told to stop, a search needs unwind to return.
type store struct {
	unwind time.Duration
	began  time.Time

	mu   sync.Mutex
	seen counts
}

type counts struct {
	calls, live, peak int
	told              time.Duration // when the first search was told to stop; 0: none was
}

func (s *store) Search(ctx context.Context, query string) ([]backpressure.Note, error) {
	s.update(func(c *counts) { c.calls, c.live, c.peak = c.calls+1, c.live+1, max(c.peak, c.live+1) })
	defer s.update(func(c *counts) { c.live-- })
	search := searches[query]
	select {
	case <-time.After(search.Duration):
	case <-ctx.Done():
		s.update(func(c *counts) { c.told = cmp.Or(c.told, time.Since(s.began)) })
		time.Sleep(s.unwind)
		return nil, context.Cause(ctx)
	}
	if search.error == errPanic {
		panic(errPanic)
	}
	return []backpressure.Note{{ID: "n-1", Title: "Milk"}}, search.error
}

func (s *store) update(change func(*counts)) counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.seen)
	return s.seen
}

// A site is a service with its handlers. Requests take turns between those.
type site struct {
	store
	limit    int
	handlers []http.Handler
	requests []*request
}

func open(t *testing.T, limit, handlers int) *site {
	x := &site{limit: limit, store: store{began: time.Now()}}
	service := backpressure.NewService(&x.store, limit)
	for range handlers {
		x.handlers = append(x.handlers, backpressure.NewHandler(service))
	}
	t.Cleanup(func() { leave(x.requests) })
	return x
}

// now returns what the store has counted, once nothing happens any more.
func (x *site) now() counts {
	synctest.Wait()
	return x.update(func(*counts) {})
}

// A request is one that has begun. What is below done is there once that is closed.
type request struct {
	cancel context.CancelFunc // its client leaves
	done   chan struct{}
	status int         // 0: the handler panicked
	header http.Header // as it was when the answer began
	body   string
	took   time.Duration
}

func (x *site) get(path string) *request {
	ctx, cancel := context.WithCancel(context.Background())
	r := &request{cancel: cancel, done: make(chan struct{})}
	h, start := x.handlers[len(x.requests)%len(x.handlers)], time.Now()
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
		r.status, r.header, r.body = w.Code, w.Result().Header, w.Body.String()
	}()
	return r
}

// search begins n searches at the same moment.
func (x *site) search(n int, query string) (all []*request) {
	for range n {
		all = append(all, x.get("/notes?q="+query))
	}
	return all
}

// fill begins as many searches as may run, and fails t unless they do.
func (x *site) fill(t *testing.T, query string) []*request {
	t.Helper()
	all := x.search(x.limit, query)
	if live := x.now().live; live != x.limit {
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

func (r *request) String() string {
	if r.status == 0 {
		return "a panic"
	}
	return fmt.Sprintf("a %d after %v", r.status, r.took)
}

// hesitant is a context that lets others go on whenever it is asked for
// something: requests of the same moment meet at each such line.
type hesitant struct{ context.Context }

func (c hesitant) Done() <-chan struct{} { runtime.Gosched(); return c.Context.Done() }
func (c hesitant) Err() error            { runtime.Gosched(); return c.Context.Err() }
