package loopcancel_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	loopcancel "example.com/leakproof/katas/01-loop-cancel"
	"example.com/leakproof/katas/internal/kit"
)

// caller never ends, so that whatever waits for its end is still there when the
// bubble looks for leaks.
var caller = context.Background()

// A world is the store, the analyzer and the index of one test.
type world struct {
	notes []loopcancel.Note
	each  time.Duration           // what a note takes
	on    map[string]func() error // what "read", "analyze n7" or "publish" does besides

	running kit.Gauge // notes in the analyzer

	mu        sync.Mutex
	analyzed  []loopcancel.Note
	published [][]loopcancel.Entry
}

func newWorld(n int, each time.Duration) *world {
	w := &world{each: each, on: map[string]func() error{}}
	for i := range n {
		w.notes = append(w.notes, loopcancel.Note{ID: fmt.Sprintf("n%d", i), Title: "Note", Content: fmt.Sprintf("text %d", i)})
	}
	return w
}

func (w *world) service() *loopcancel.Service { return loopcancel.NewService(w, w, w) }

func (w *world) step(name string) error {
	if f := w.on[name]; f != nil {
		return f()
	}
	return nil
}

func (w *world) All(context.Context) ([]loopcancel.Note, error) {
	return slices.Clone(w.notes), w.step("read")
}

func (w *world) Analyze(n loopcancel.Note) (loopcancel.Entry, error) {
	defer w.running.Enter()()
	w.mu.Lock()
	w.analyzed = append(w.analyzed, n)
	w.mu.Unlock()
	time.Sleep(w.each)
	return entry(n), w.step("analyze " + n.ID)
}

func (w *world) Publish(entries []loopcancel.Entry) error {
	if err := w.step("publish"); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.published = append(w.published, entries)
	return nil
}

func entry(n loopcancel.Note) loopcancel.Entry {
	return loopcancel.Entry{NoteID: n.ID, Terms: []string{n.Title, n.Content}}
}

// wantIndex requires that what was published last are the entries of the notes as
// they are now, in their order.
func (w *world) wantIndex(t *testing.T, clause string) {
	t.Helper()
	var want []loopcancel.Entry
	for _, n := range w.notes {
		want = append(want, entry(n))
	}
	if n := len(w.published); n == 0 || fmt.Sprint(w.published[n-1]) != fmt.Sprint(want) {
		t.Errorf("these indexes were published:\n%v;\nthe last one should have the notes of the store, %v (%s)", w.published, want, clause)
	}
}

const before = -1 // the context has ended before the call

// An ending gives a context that ends after d, as context.WithTimeout does.
type ending = func(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc)

func cancelled(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if d < 0 {
		cancel()
	}
	time.AfterFunc(d, cancel)
	return ctx, cancel
}

// A stop is what became of a rebuild whose context ended.
type stop struct {
	when      string // it ended
	more      int    // notes that were begun after that
	live      int    // notes in the analyzer when Rebuild returned
	published [][]loopcancel.Entry
	err       error
}

// stopped rebuilds an index of n notes, with a context that ends while the note
// at that place is analyzed.
func stopped(t *testing.T, n, at int, end ending) (s stop) {
	t.Helper()
	kit.Bubble(t, func(*testing.T) {
		w := newWorld(n, time.Second)
		ctx, cancel := end(caller, time.Duration(at)*time.Second+time.Second/2)
		defer cancel()
		_, s.err = w.service().Rebuild(ctx)
		s.live = w.running.Live()
		time.Sleep(24 * time.Hour) // for what goes on all the same
		w.mu.Lock()
		defer w.mu.Unlock()
		s.more, s.published = len(w.analyzed)-(at+1), w.published
	})
	s.when = fmt.Sprintf("while note %d of %d was analyzed", at+1, n)
	if at == before {
		s.when = "before the call"
	}
	return s
}

func (s stop) wantFewMore(t *testing.T) {
	t.Helper()
	if s.more > 1 {
		t.Fatalf("the context ended %s, and %d more were analyzed; at most one is (Restore 1).\n"+
			"Rebuild returned the error %v", s.when, s.more, s.err)
	}
}

// wantError requires that errors.Is finds want. That there is an error at all is
// for another test.
func (s stop) wantError(t *testing.T, want error) {
	t.Helper()
	if s.err != nil && !errors.Is(s.err, want) {
		t.Fatalf("the context ended %s, and Rebuild returned the error\n%v; errors.Is must find %q in it (Restore 2)", s.when, s.err, want)
	}
}
