package boundedfanout_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	boundedfanout "example.com/leakproof/katas/24-bounded-fanout"
)

// hung is how long a call takes that nobody stops.
const hung = time.Hour

var errBoom = errors.New("disk is gone")

// caller never ends, so that whatever waits for its end is still there when the
// bubble looks for leaks; t.Context() has ended by then.
var caller = context.Background()

// A fake says how one call of the store goes.
type fake struct {
	after  time.Duration // works this long, then
	err    error         // fails with this, or answers
	unwind time.Duration // told to stop, it takes this long to return
	deaf   bool          // does not hear that it is told to stop, and answers
}

func (f fake) run(ctx context.Context) error {
	if f.deaf || ctx.Err() == nil {
		stop := ctx.Done()
		if f.deaf {
			stop = nil
		}
		select {
		case <-time.After(f.after):
			return f.err
		case <-stop:
		}
	}
	time.Sleep(f.unwind)
	return fmt.Errorf("store: %w", ctx.Err())
}

// A store remembers its calls.
type store struct {
	start time.Time

	mu    sync.Mutex
	each  fake   // a call goes like this,
	first []fake // but the next ones like these; ids may be asked for in any order
	calls []*call
	live  int
	peak  int // the highest live ever
}

type call struct {
	id   string
	ctx  context.Context
	at   time.Duration // since the store was made
	over bool          // it has returned
}

// newStore makes a store and its clock; it belongs into the bubble.
func newStore(each fake, first ...fake) *store {
	return &store{each: each, first: first, start: time.Now()}
}

// become changes how the calls go that come from now on.
func (s *store) become(each fake, first ...fake) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.each, s.first = each, first
}

func (s *store) Note(ctx context.Context, id string) (boundedfanout.Note, error) {
	s.mu.Lock()
	f := s.each
	if len(s.first) > 0 {
		f, s.first = s.first[0], s.first[1:]
	}
	c := &call{id: id, ctx: ctx, at: time.Since(s.start)}
	s.calls = append(s.calls, c)
	s.live++
	s.peak = max(s.peak, s.live)
	s.mu.Unlock()
	err := f.run(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live--
	c.over = true
	if err != nil {
		return boundedfanout.Note{}, err
	}
	return note(id), nil
}

// seen waits until everybody waits, and returns the calls as they are then, how
// many of them are running, and how many ran at most.
func (s *store) seen() (calls []call, live, peak int) {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		calls = append(calls, *c)
	}
	return calls, s.live, s.peak
}

// wantRunning fails t unless so many calls are inside once everybody waits.
func (s *store) wantRunning(t *testing.T, want, limit int, situation string) {
	t.Helper()
	if _, live, _ := s.seen(); live > limit {
		t.Fatalf("%s: at %v %d calls of the store are running;\nthe limit of the service is %d, for all calls of Notes together (Restore 1)",
			situation, time.Since(s.start), live, limit)
	} else if live != want {
		t.Fatalf("%s: at %v %d calls of the store are running, want %d;\nas long as ids wait, no slot stays empty (Keep 3)",
			situation, time.Since(s.start), live, want)
	}
}

// A request is a call of Notes in a goroutine of its own.
type request struct {
	ids   []string
	done  chan struct{} // closed when it has returned
	notes []boundedfanout.Note
	err   error
	took  time.Duration
}

// begin calls Notes and does not wait for it.
func begin(ctx context.Context, service *boundedfanout.Service, ids []string) *request {
	r := &request{ids: ids, done: make(chan struct{})}
	start := time.Now()
	go func() {
		defer close(r.done)
		r.notes, r.err = service.Notes(ctx, ids)
		r.took = time.Since(start)
	}()
	return r
}

// read calls Notes and waits for it.
func read(ctx context.Context, service *boundedfanout.Service, ids []string) *request {
	r := begin(ctx, service, ids)
	<-r.done
	return r
}

// want fails t unless r has answered with its own notes after that time.
func (r *request) want(t *testing.T, took time.Duration, situation string) {
	t.Helper()
	<-r.done
	var want []boundedfanout.Note
	for _, id := range r.ids {
		want = append(want, note(id))
	}
	switch {
	case r.err != nil:
		t.Errorf("%s: Notes returned the error %v; no call of its own had failed (Keep 5)", situation, r.err)
	case !slices.Equal(r.notes, want):
		t.Errorf("%s: Notes(ctx, %v) returned the notes %v;\nwant one note for each id, in the order of the ids (Keep 4)", situation, r.ids, r.notes)
	case r.took != took:
		t.Errorf("%s: Notes took %v, want %v;\nas long as ids wait, limit calls are running, no more and no fewer (Keep 3)", situation, r.took, took)
	}
}

// wantError fails t unless r ended between these times with that error, as the
// clause says.
func (r *request) wantError(t *testing.T, want error, from, to time.Duration, situation, clause string) {
	t.Helper()
	<-r.done
	if !errors.Is(r.err, want) {
		t.Errorf("%s: Notes returned the error %v, and %d notes;\nerrors.Is must find %q (%s)", situation, r.err, len(r.notes), want, clause)
	}
	if r.took < from || r.took > to {
		t.Errorf("%s: Notes returned after %v, want %v at the latest;\nit waits for nothing but its own running calls (%s)", situation, r.took, to, clause)
	}
}

func note(id string) boundedfanout.Note { return boundedfanout.Note{ID: id, Title: "Note " + id} }

// number returns n ids: prefix0, prefix1, and so on.
func number(prefix string, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint(prefix, i)
	}
	return ids
}
