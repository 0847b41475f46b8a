package loopcancel_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	loopcancel "example.com/leakproof/katas/01-loop-cancel"
	"example.com/leakproof/katas/internal/kit"
)

var errBoom = errors.New("disk is full")

// caller never ends, so that whatever waits for its end is still there when the
// bubble looks for leaks.
var caller = context.Background()

// A world is the store, the analyzer and the index of one test.
type world struct {
	notes      []loopcancel.Note
	each       time.Duration // what a note takes
	at         int           // while the note at this place is analyzed,
	then       func()        // this happens
	failAt     int           // the note at this place cannot be analyzed,
	failure    error         // for this reason
	publishing func()        // happens during Publish
	reading    time.Duration // what All takes, unless its context ends before
	giveUp     time.Duration // what it then takes to give up
	storeErr   error
	indexErr   error

	running kit.Gauge
	crowd   atomic.Bool // two notes were analyzed at the same time

	mu        sync.Mutex
	analyzed  []string // ids of notes
	published [][]loopcancel.Entry
}

func newWorld(n int) *world {
	w := &world{each: time.Millisecond, at: -1, failAt: -1, failure: errBoom}
	for i := range n {
		w.notes = append(w.notes, loopcancel.Note{ID: fmt.Sprintf("n%d", i), Title: "Note", Content: fmt.Sprintf("text %d", i)})
	}
	return w
}

func (w *world) service() *loopcancel.Service { return loopcancel.NewService(w, w, w) }

// during lets something happen while a note is being analyzed.
func (w *world) during(at int, then func()) { w.at, w.then = at, then }

func (w *world) All(ctx context.Context) ([]loopcancel.Note, error) {
	defer w.running.Enter()()
	if w.reading > 0 {
		select {
		case <-time.After(w.reading):
		case <-ctx.Done():
			time.Sleep(w.giveUp)
			return nil, fmt.Errorf("all notes: %w", ctx.Err())
		}
	}
	return slices.Clone(w.notes), w.storeErr // at hand: it does not look at its context
}

func (w *world) Analyze(n loopcancel.Note) (loopcancel.Entry, error) {
	defer w.running.Enter()()
	alone := w.running.Live() == 1
	if !alone {
		w.crowd.Store(true)
	}
	w.mu.Lock()
	at := slices.Index(w.ids(), n.ID)
	w.analyzed = append(w.analyzed, n.ID)
	w.mu.Unlock()
	if w.then != nil && at == w.at && alone {
		w.then()
	}
	time.Sleep(w.each) // until all that listens has heard what happened
	if at == w.failAt {
		return loopcancel.Entry{}, w.failure
	}
	return entry(n), nil
}

func (w *world) Publish(entries []loopcancel.Entry) error {
	if w.indexErr != nil {
		return w.indexErr
	}
	if w.publishing != nil {
		w.publishing()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.published = append(w.published, entries) // and keeps it
	return nil
}

func entry(n loopcancel.Note) loopcancel.Entry {
	return loopcancel.Entry{NoteID: n.ID, Terms: []string{n.Title, n.Content}}
}

func (w *world) ids() []string {
	ids := make([]string, len(w.notes))
	for i, n := range w.notes {
		ids[i] = n.ID
	}
	return ids
}

// wantPublished requires that the index was published so often, with so many of
// the notes each time, in their order.
func (w *world) wantPublished(t *testing.T, sizes ...int) {
	t.Helper()
	if len(w.published) != len(sizes) {
		t.Errorf("the index was published %d times; want %d, all entries at once (Keep 3)", len(w.published), len(sizes))
		return
	}
	for i, got := range w.published {
		if len(got) != sizes[i] {
			t.Errorf("the index was published with %d entries; want %d (Keep 3)", len(got), sizes[i])
			continue
		}
		w.wantEntries(t, got)
	}
}

// wantEntries requires that these are the entries of the notes, in their order.
func (w *world) wantEntries(t *testing.T, got []loopcancel.Entry) {
	t.Helper()
	for i, e := range got {
		if e.NoteID != w.notes[i].ID || !slices.Equal(e.Terms, entry(w.notes[i]).Terms) {
			t.Errorf("entry %d of the index is %q; want that of the note %s, as it was published (Keep 3)", i+1, e.NoteID, w.notes[i].ID)
			return
		}
	}
}

// wantStopped requires what the brief says of a rebuild whose context ended
// while the note at that place was analyzed (-1: before the first).
func (w *world) wantStopped(t *testing.T, at, got int, err, want error) {
	t.Helper()
	when := fmt.Sprintf("while note %d of %d was analyzed", at+1, len(w.notes))
	if at < 0 {
		when = "before the first note"
	}
	running := w.running.Live()
	time.Sleep(24 * time.Hour) // for what goes on all the same
	w.mu.Lock()
	defer w.mu.Unlock()
	switch more := len(w.analyzed) - (at + 1); {
	case running > 0:
		t.Errorf("the context ended %s, and Rebuild returned while %d calls of the store or the analyzer were still running (Keep 5)", when, running)
	case more > 1:
		t.Errorf("the context ended %s, and %d more were analyzed; at most one is (Restore 1).\n"+
			"Rebuild returned %d and the error %v", when, more, got, err)
	case len(w.published) > 0:
		t.Errorf("the context ended %s, and an index of %d notes was published (Restore 2).\n"+
			"Rebuild returned %d and the error %v", when, len(w.published[0]), got, err)
	case !errors.Is(err, want):
		t.Errorf("the context ended %s, and Rebuild returned %d and the error %v;\n"+
			"errors.Is must find %q in it (Restore 2)", when, got, err, want)
	}
}
