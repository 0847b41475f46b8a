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
	each  time.Duration                                  // what a note takes
	hook  func(ctx context.Context, during string) error // "read", "analyze n7", "publish"

	running kit.Gauge // notes in the analyzer

	mu        sync.Mutex
	analyzed  []string // ids
	published [][]loopcancel.Entry
}

func newWorld(n int) *world {
	w := &world{each: time.Millisecond, hook: func(context.Context, string) error { return nil }}
	for i := range n {
		w.notes = append(w.notes, loopcancel.Note{ID: fmt.Sprintf("n%d", i), Title: "Note", Content: fmt.Sprintf("text %d", i)})
	}
	return w
}

func (w *world) service() *loopcancel.Service { return loopcancel.NewService(w, w, w) }

func (w *world) All(ctx context.Context) ([]loopcancel.Note, error) {
	return slices.Clone(w.notes), w.hook(ctx, "read")
}

func (w *world) Analyze(n loopcancel.Note) (loopcancel.Entry, error) {
	defer w.running.Enter()()
	w.mu.Lock()
	w.analyzed = append(w.analyzed, n.ID)
	w.mu.Unlock()
	time.Sleep(w.each)
	return entry(n), w.hook(caller, "analyze "+n.ID)
}

func (w *world) Publish(entries []loopcancel.Entry) error {
	if err := w.hook(caller, "publish"); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.published = append(w.published, entries) // and keeps it
	return nil
}

func entry(n loopcancel.Note) loopcancel.Entry {
	return loopcancel.Entry{NoteID: n.ID, Terms: []string{n.Title, n.Content}}
}

// wantPublished requires that the index was published once, with n notes.
func (w *world) wantPublished(t *testing.T, n int) {
	t.Helper()
	if len(w.published) != 1 || len(w.published[0]) != n {
		t.Errorf("a store of %d notes: the index was published %d times; want once, with all entries (Keep 3)", n, len(w.published))
		return
	}
	w.wantEntries(t, w.published[0])
}

// wantEntries requires that these are the entries of the notes, in their order.
func (w *world) wantEntries(t *testing.T, got []loopcancel.Entry) {
	t.Helper()
	for i, n := range w.notes[:min(len(got), len(w.notes))] {
		if want := entry(n); got[i].NoteID != want.NoteID || !slices.Equal(got[i].Terms, want.Terms) {
			t.Errorf("entry %d of the index is %v; want %v, what the store has now in this place (Keep 3, Keep 6)", i+1, got[i], want)
			return
		}
	}
}

const before = -1 // the context has ended before the call

// An ending gives a context that ends after d.
type ending = func(ctx context.Context, d time.Duration) (context.Context, func())

func cancelled(ctx context.Context, d time.Duration) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	if d < 0 {
		cancel()
	}
	time.AfterFunc(d, cancel)
	return ctx, cancel
}

func timedOut(ctx context.Context, d time.Duration) (context.Context, func()) {
	return context.WithTimeout(ctx, d)
}

// A stop is what became of a rebuild whose context ended.
type stop struct {
	when      string // it ended
	more      int    // notes that were begun after that
	live      int    // notes in the analyzer when Rebuild returned
	published [][]loopcancel.Entry
	got       int
	err       error
}

// stopped rebuilds an index of n notes, with a context that ends while the note
// at that place is analyzed.
func stopped(t *testing.T, n, at int, end ending) (s stop) {
	t.Helper()
	kit.Bubble(t, func(*testing.T) {
		w := newWorld(n)
		w.each = time.Second
		ctx, cancel := end(caller, time.Duration(at)*time.Second+time.Second/2)
		defer cancel()
		s.got, s.err = w.service().Rebuild(ctx)
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
		t.Errorf("the context ended %s, and %d more were analyzed; at most one is (Restore 1).\n"+
			"Rebuild returned %d and the error %v", s.when, s.more, s.got, s.err)
	}
}

// wantError requires that errors.Is finds want. That there is an error at all is
// for another test.
func (s stop) wantError(t *testing.T, want error) {
	t.Helper()
	if s.err != nil && !errors.Is(s.err, want) {
		t.Errorf("the context ended %s, and Rebuild returned the error\n%v; errors.Is must find %q in it (Restore 2)", s.when, s.err, want)
	}
}
