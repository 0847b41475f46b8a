package handlercontext_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	handlercontext "example.com/leakproof/katas/08-handler-context"
	"example.com/leakproof/katas/internal/kit"
	"example.com/leakproof/katas/internal/kit/network"
)

// hung is what a store call takes that nobody stops.
const hung = time.Hour

// A fake says how one method of the store behaves.
type fake struct {
	after  time.Duration // works this long
	unwind time.Duration // told to stop, it takes this long
	says   error         // and returns this; nil: the error of its context
	err    error         // what it returns if nobody stops it
}

// A store is a fake that remembers how it was called.
type store struct {
	list, count, create fake
	notes               []handlercontext.Note // what List returns
	size                int                   // what Count returns

	began time.Time
	live  kit.Gauge

	mu    sync.Mutex
	calls []*call
	peak  int
}

// A call is one call of the store whose context had not ended before it.
// Instants count from the beginning of the test.
type call struct {
	method, what string
	ctx          context.Context
	at           time.Duration
	told         time.Duration // its context ended; -1: not while it ran
	back         time.Duration // it returned; -1: not yet
}

func (s *store) now() time.Duration { return time.Since(s.began) }

// run is one call. A call whose context has ended is harmless: it does nothing.
func (s *store) run(ctx context.Context, f fake, method, what string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	defer s.live.Enter()()
	c := &call{method: method, what: what, ctx: ctx, at: s.now(), told: -1, back: -1}
	s.mu.Lock()
	s.calls = append(s.calls, c)
	s.peak = max(s.peak, s.live.Live())
	s.mu.Unlock()
	set := func(d *time.Duration) {
		s.mu.Lock()
		defer s.mu.Unlock()
		*d = s.now()
	}
	defer set(&c.back)
	if f.after == 0 {
		return f.err
	}
	select {
	case <-time.After(f.after):
		return f.err
	case <-ctx.Done():
		set(&c.told)
		time.Sleep(f.unwind)
		if f.says != nil {
			return f.says
		}
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

// Beside an error the results mean nothing, and they are there all the same.

func (s *store) List(ctx context.Context, tag string) ([]handlercontext.Note, error) {
	return s.notes, s.run(ctx, s.list, "List", tag)
}

func (s *store) Count(ctx context.Context) (int, error) {
	return s.size, s.run(ctx, s.count, "Count", "")
}

func (s *store) Create(ctx context.Context, n handlercontext.Note) (handlercontext.Note, error) {
	err := s.run(ctx, s.create, "Create", n.Title+"/"+n.Content)
	n.ID = "n-118"
	return n, err
}

// seen returns a copy of what has been remembered of each call.
func (s *store) seen() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []call
	for _, c := range s.calls {
		all = append(all, *c)
	}
	return all
}

// trace says in which order the store was called: "Count, Create".
func (s *store) trace() string {
	var all []string
	for _, c := range s.seen() {
		all = append(all, c.method)
	}
	return strings.Join(all, ", ")
}

// A site is a handler behind a server, with the store below it.
type site struct {
	*network.Listener
	*store
	handlers kit.Gauge
	returned chan handled // has room for all
}

// handled is one request whose handler has returned.
type handled struct {
	at   time.Duration
	live int // store calls that were still running
}

// open serves the handler under test over s until the test ends. Each layer stands
// in front of it and changes the context.
func open(t *testing.T, s *store, limit int, layers ...func(context.Context) context.Context) *site {
	t.Helper()
	s.began = time.Now()
	x := &site{store: s, returned: make(chan handled, 10)}
	inner := handlercontext.NewHandler(handlercontext.NewService(s, limit))
	x.Listener = network.Serve(t, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer x.handlers.Enter()()
		ctx := r.Context()
		for _, layer := range layers {
			ctx = layer(ctx)
		}
		inner.ServeHTTP(w, r.WithContext(ctx))
		x.returned <- handled{s.now(), s.live.Live()}
	})})
	return x
}

// until lets virtual time pass until the test is d old.
func (x *site) until(d time.Duration) {
	time.Sleep(d - x.now())
	synctest.Wait()
}

// wantTold fails t unless the last call of the store was that of method, and its
// context ended at the given moment because of why.
func (x *site) wantTold(t *testing.T, clause, method string, at time.Duration, why string) call {
	t.Helper()
	synctest.Wait()
	all := x.seen()
	if len(all) == 0 || all[len(all)-1].method != method {
		t.Fatalf("%s: the store was asked for [%s]; %s should have been running then (%s)", why, x.trace(), method, clause)
	}
	c := all[len(all)-1]
	if c.told != at {
		end := "did not end before the call was done"
		if c.told >= 0 {
			end = fmt.Sprintf("ended at %v", c.told)
		} else if c.back < 0 {
			end = "has not ended yet"
		}
		t.Fatalf("%s. %s of the store was at work for that request since %v.\n"+
			"Its context should have ended at %v, with that of the request. It %s (%s)", why, method, c.at, at, end, clause)
	}
	return c
}

// wantOver fails t if something still runs for the only client, which has left.
func (x *site) wantOver(t *testing.T, clause, why string) {
	t.Helper()
	synctest.Wait()
	if live := x.live.Live(); live > 0 {
		all := x.seen()
		t.Fatalf("%s, and %s of the store is still running for it (%s)", why, all[len(all)-1].method, clause)
	}
	if n := x.handlers.Live(); n > 0 {
		t.Fatalf("%s, no call of the store is running, and its handler has not returned (%s)", why, clause)
	}
}

// hanging returns a store of which one method behaves like f, and a request that
// gets there.
func hanging(method string, f fake) (*store, string) {
	switch method {
	case "List":
		return &store{list: f}, get
	case "Count":
		return &store{count: f}, posts["with a length"][0]
	default:
		return &store{create: f}, posts["with a length"][0]
	}
}
