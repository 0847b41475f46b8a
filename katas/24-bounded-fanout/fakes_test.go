package boundedfanout_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	boundedfanout "example.com/leakproof/katas/24-bounded-fanout"
)

// hung is how long a call takes that nobody stops.
const hung = time.Hour

var (
	errBoom  = errors.New("disk is gone")
	errReset = errors.New("connection reset")
)

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
	stop := ctx.Done()
	if f.deaf {
		stop = nil
	}
	if ctx.Err() == nil || f.deaf {
		if f.after == 0 {
			return f.err
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

// A store remembers how it was called.
type store struct {
	began time.Time

	mu    sync.Mutex
	each  fake            // a call goes like this,
	nth   map[int]fake    // but the first, second and so on like these,
	but   map[string]fake // and one for these ids like these
	calls []*call
	live  int
	peak  int // the highest live ever
}

// A call is one call of the store.
type call struct {
	id   string
	ctx  context.Context
	at   time.Duration // since the store was made
	over bool          // it has returned
}

// newStore makes a store and its clock; it belongs into the bubble. Tests that
// need to know which call goes how use nth: ids may be asked for in any order.
func newStore(each fake, nth map[int]fake, but map[string]fake) *store {
	return &store{each: each, nth: nth, but: but, began: time.Now()}
}

// become changes how the calls go that come from now on.
func (s *store) become(each fake, nth ...fake) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.each, s.nth = each, map[int]fake{}
	for i, f := range nth {
		s.nth[len(s.calls)+i] = f
	}
}

func (s *store) Note(ctx context.Context, id string) (boundedfanout.Note, error) {
	s.mu.Lock()
	f, special := s.but[id]
	if !special {
		f, special = s.nth[len(s.calls)]
	}
	if !special {
		f = s.each
	}
	c := &call{id: id, ctx: ctx, at: time.Since(s.began)}
	s.calls = append(s.calls, c)
	s.live++
	s.peak = max(s.peak, s.live)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.live--
		c.over = true
		s.mu.Unlock()
	}()
	if err := f.run(ctx); err != nil {
		return boundedfanout.Note{}, err
	}
	return note(id), nil
}

// running returns how many calls are inside now and how many were at most.
func (s *store) running() (live, peak int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live, s.peak
}

// seen returns the calls in the order in which they came, as they are now.
func (s *store) seen() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []call
	for _, c := range s.calls {
		all = append(all, *c)
	}
	return all
}

// wantRunning fails t unless so many calls are inside once everybody waits.
func (s *store) wantRunning(t *testing.T, want, limit int, situation string) {
	t.Helper()
	synctest.Wait()
	if live, _ := s.running(); live > limit {
		t.Fatalf("%s: at %v %d calls of the store are running;\nthe limit of the service is %d, for all calls of Notes together (Restore 1)",
			situation, time.Since(s.began), live, limit)
	} else if live != want {
		t.Fatalf("%s: at %v %d calls of the store are running, want %d;\nas long as ids wait, no slot stays empty (Keep 3)",
			situation, time.Since(s.began), live, want)
	}
}

// wantPeak fails t if more than limit calls were ever inside.
func (s *store) wantPeak(t *testing.T, limit int, situation string) {
	t.Helper()
	if _, peak := s.running(); peak > limit {
		t.Fatalf("%s: %d calls of the store were running at the same time;\nthe limit of the service is %d (Restore 1), and a call counts until it has returned (fine print)",
			situation, peak, limit)
	}
}

// asked counts the calls for each id.
func (s *store) asked() map[string]int {
	count := make(map[string]int)
	for _, c := range s.seen() {
		count[c.id]++
	}
	return count
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
	switch {
	case r.err != nil:
		t.Errorf("%s: Notes returned the error %v; no call of its own had failed (Keep 5)", situation, r.err)
	case !same(r.notes, r.ids):
		t.Errorf("%s: Notes(ctx, %v) returned the notes %v;\nwant one note for each id, in the order of the ids (Keep 4)", situation, r.ids, idsOf(r.notes))
	case r.took != took:
		t.Errorf("%s: Notes took %v, want %v;\nas long as ids wait, limit calls are running, no more and no fewer (Keep 3)", situation, r.took, took)
	}
}

// wantOver fails t unless r ended between these times with that error, as the
// clause says.
func (r *request) wantOver(t *testing.T, want error, from, to time.Duration, situation, clause string) {
	t.Helper()
	<-r.done
	if !errors.Is(r.err, want) {
		t.Errorf("%s: Notes returned the error %v, and %d notes;\nerrors.Is must find %q (%s)", situation, r.err, len(r.notes), want, clause)
	}
	if r.took < from || r.took > to {
		t.Errorf("%s: Notes returned after %v, want %s;\nit waits for nothing but its own running calls (%s)", situation, r.took, between(from, to), clause)
	}
}

func between(from, to time.Duration) string {
	if from == to {
		return from.String()
	}
	return fmt.Sprintf("%v to %v", from, to)
}

func note(id string) boundedfanout.Note {
	return boundedfanout.Note{ID: id, Title: "Note " + id, Content: "the text of " + id}
}

// same reports whether these are the notes with these ids.
func same(notes []boundedfanout.Note, ids []string) bool {
	if len(notes) != len(ids) {
		return false
	}
	for i, id := range ids {
		if notes[i] != note(id) {
			return false
		}
	}
	return true
}

func idsOf(notes []boundedfanout.Note) []string {
	var all []string
	for _, n := range notes {
		all = append(all, n.ID)
	}
	return all
}

// number returns n ids: prefix0, prefix1, and so on.
func number(prefix string, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint(prefix, i)
	}
	return ids
}

// wantOver fails t unless r, the only user of s, is over at that time: what was
// running is told to stop, nothing begins later, r returns in time.
func (s *store) wantOver(t *testing.T, r *request, want error, at time.Duration, each fake, reason, clause string) {
	t.Helper()
	situation := fmt.Sprintf("%s at %v", reason, at)
	time.Sleep(at)
	synctest.Wait()
	for _, c := range s.seen() {
		if !c.over && c.ctx.Err() == nil {
			t.Errorf("%s, and the call of the store for %s was not told to stop;\nits context goes on (%s)", situation, c.id, clause)
			break
		}
	}
	last := at + each.unwind
	if each.deaf {
		last = at + each.after
	}
	r.wantOver(t, want, at, last, situation, clause)
	time.Sleep(last - r.took)
	synctest.Wait()
	for _, c := range s.seen() {
		if c.at > at {
			t.Errorf("%s: at %v a call of the store for %s began;\nlater than the moment at which Notes is over none begins (%s)", situation, c.at, c.id, clause)
			break
		}
	}
}

// left returns how many goroutines there are once everybody waits.
func left() int {
	synctest.Wait()
	return runtime.NumGoroutine()
}

// wantLeft fails t if more goroutines are there than before a call of Notes
// that is over, although other calls go on.
func wantLeft(t *testing.T, before int, situation string) {
	t.Helper()
	if now := left(); now > before {
		t.Errorf("%s: Notes and its calls of the store have returned, and goroutines of it are still there: %d;\nthey wait although nobody needs them (fine print)", situation, now-before)
	}
}
