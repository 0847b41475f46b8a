package loopcancel_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"example.com/leakproof/katas/internal/kit"
)

// Fine print: a store that is being read when the context ends is told.
func TestTheEndOfTheContextStopsTheReading(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		w := newWorld(10)
		w.reading, w.giveUp = time.Hour, time.Second
		ctx, cancel := context.WithTimeout(caller, time.Minute)
		defer cancel()
		start := time.Now()
		got, err := w.service().Rebuild(ctx)
		if took := time.Since(start); took > time.Minute+w.giveUp {
			t.Errorf("the context ended after a minute, while the store was read, and Rebuild returned after %v; the store is told (fine print)", took)
		}
		w.wantStopped(t, -1, got, err, context.DeadlineExceeded)
	})
}

// Fine print: if the context had ended before the call, at most one note is
// analyzed.
func TestAnEndedContextStopsAtOnce(t *testing.T) {
	for _, n := range []int{100, 2} {
		kit.Bubble(t, func(t *testing.T) {
			w := newWorld(n)
			ctx, cancel := context.WithCancel(caller)
			cancel()
			got, err := w.service().Rebuild(ctx)
			w.wantStopped(t, -1, got, err, context.Canceled)
		})
	}
}

// Fine print: if the context ends during the last note or later, both answers
// are right, and the answer tells which it is.
func TestTheAnswerTellsWhatHappened(t *testing.T) {
	const n = 20
	for when, set := range kit.Sorted(map[string]func(w *world, cancel func()){
		"while the last note was analyzed": func(w *world, cancel func()) { w.during(n-1, cancel) },
		"while the index was published":    func(w *world, cancel func()) { w.publishing = cancel },
	}) {
		t.Run(when, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				w := newWorld(n)
				ctx, cancel := context.WithCancel(caller)
				defer cancel()
				set(w, cancel)
				got, err := w.service().Rebuild(ctx)
				switch {
				case err == nil:
					if got != n {
						t.Errorf("Rebuild returned %d without an error; %d notes are in the index (fine print)", got, n)
					}
					w.wantPublished(t, n)
				case len(w.published) > 0:
					t.Errorf("the context ended %s: Rebuild published and returned the error %v;\n"+
						"an error says that the index is as it was (fine print)", when, err)
				case !errors.Is(err, context.Canceled):
					t.Errorf("the context ended %s: Rebuild returned the error %v; errors.Is must find context.Canceled (Restore 2)", when, err)
				}
			})
		})
	}
}

// Fine print: the index keeps the slice that it is given.
func TestTheIndexKeepsItsEntries(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		const times = 60 // the race detector makes a sync.Pool forget by chance
		w := newWorld(10)
		service := w.service()
		for range times {
			if _, err := service.Rebuild(caller); err != nil {
				t.Fatalf("a rebuild after another returned the error %v (Keep 6)", err)
			}
			slices.Reverse(w.notes) // other notes for the next one
		}
		if len(w.published) != times {
			t.Fatalf("%d rebuilds published %d times (Keep 3)", times, len(w.published))
		}
		for i := range times { // the slices that the index was given are as they were
			w.wantEntries(t, w.published[i])
			slices.Reverse(w.notes)
		}
	})
}
