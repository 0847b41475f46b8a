package loopcancel_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: when its context ends, Rebuild stops after one more note at most.
func TestTheEndOfTheContextStopsTheRebuild(t *testing.T) {
	for _, at := range []int{7, 0, 298, before} {
		stopped(t, 300, at, cancelled).wantFewMore(t)
	}
}

// Restore 1: the same, when the context runs out of time.
func TestADeadlineStopsTheRebuild(t *testing.T) {
	if stopped(t, 100, 3, cancelled).more > 1 {
		return // nothing stops it: the test above says so
	}
	stopped(t, 100, 3, context.WithTimeout).wantFewMore(t)
}

// Restore 2: a rebuild that was stopped publishes nothing.
func TestAStoppedRebuildPublishesNothing(t *testing.T) {
	for _, at := range []int{7, 298, before} {
		s := stopped(t, 300, at, cancelled)
		if len(s.published) > 0 && len(s.published[0]) < 300 {
			t.Fatalf("the context ended %s, and an index of %d notes was published; want none (Restore 2).\n"+
				"The other notes can no longer be found. Rebuild returned the error %v", s.when, len(s.published[0]), s.err)
		}
	}
}

// Restore 2: it returns an error. None would say that the index is rebuilt.
func TestAStoppedRebuildReturnsAnError(t *testing.T) {
	if s := stopped(t, 100, 5, cancelled); s.err == nil && len(s.published) == 0 {
		t.Errorf("the context ended %s: Rebuild published nothing and returned no error (Restore 2)", s.when)
	}
}

// Restore 2: errors.Is finds that of the context in it.
func TestTheErrorIsThatOfTheContext(t *testing.T) {
	stopped(t, 100, 5, cancelled).wantError(t, context.Canceled)
	stopped(t, 100, 5, context.WithTimeout).wantError(t, context.DeadlineExceeded)
}

// Restore 2: also if whoever set the deadline has said why.
func TestACauseIsNotTheErrorOfTheContext(t *testing.T) {
	why := errors.New("the client closed its connection")
	s := stopped(t, 100, 5, func(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
		return context.WithTimeoutCause(ctx, d, why)
	})
	if errors.Is(s.err, why) { // any other error is for the test above
		s.wantError(t, context.DeadlineExceeded)
	}
}

// Restore 2: once the index is published, the rebuild was not stopped.
func TestAPublishedRebuildReturnsNoError(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		w := newWorld(20, time.Millisecond)
		ctx, cancel := context.WithCancel(caller)
		w.on["publish"] = func() error { cancel(); return nil }
		if got, err := w.service().Rebuild(ctx); len(w.published) > 0 && (err != nil || got != 20) {
			t.Errorf("the context ended during Publish, and the index was published. Rebuild returned %d and the error\n"+
				"%v; an error says that nothing was published (Restore 2)", got, err)
		}
	})
}

// Keep 3: each note is analyzed once, in the store's order, and all entries are
// published at once.
func TestEveryNoteIsPublished(t *testing.T) {
	for _, n := range []int{0, 5} {
		kit.Bubble(t, func(t *testing.T) {
			w := newWorld(n, time.Millisecond)
			if got, err := w.service().Rebuild(caller); err != nil || got != n {
				t.Errorf("a store of %d notes: Rebuild returned %d and the error %v; want %d and none (Keep 3)", n, got, err, n)
			}
			if len(w.published) != 1 {
				t.Fatalf("a store of %d notes: the index was published %d times; want once, with all entries (Keep 3)", n, len(w.published))
			}
			w.wantIndex(t, "Keep 3")
			if !slices.Equal(w.analyzed, w.notes) {
				t.Errorf("the analyzer got the notes %v;\nwant each once, in the store's order: %v (Keep 3)", w.analyzed, w.notes)
			}
		})
	}
}

// Keep 3: one note at a time, on a machine with several processors as well,
// which a bubble does not have.
func TestOneNoteAtATime(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	w, next, done := newWorld(8, 0), make(chan struct{}), make(chan struct{})
	for _, n := range w.notes {
		w.on["analyze "+n.ID] = func() error { <-next; return nil }
	}
	go func() {
		defer close(done)
		_, _ = w.service().Rebuild(caller)
	}()
	kit.Settle(t)
	if live := w.running.Live(); live > 1 {
		t.Errorf("%d notes were in the analyzer at the same time; want one at a time (Keep 3)", live)
	}
	close(next)
	<-done
}

// Keep 4: when the store, the analyzer or the index fails, so does the rebuild,
// and nothing more is analyzed or published.
func TestAFailureEndsTheRebuild(t *testing.T) {
	failure := fmt.Errorf("no connection is free: %w", context.Canceled) // and nobody left
	for step, analyzed := range kit.Sorted(map[string]int{"read": 0, "analyze n20": 21, "publish": 50}) {
		kit.Bubble(t, func(t *testing.T) {
			w := newWorld(50, time.Millisecond)
			w.on[step] = func() error { return failure }
			if _, err := w.service().Rebuild(caller); !errors.Is(err, failure) {
				t.Errorf("the step %q failed with %q, and Rebuild returned the error %v; errors.Is must find what failed (Keep 4)", step, failure, err)
			}
			if len(w.analyzed) > analyzed || len(w.published) > 0 {
				t.Errorf("the step %q failed: %d notes were analyzed, %d times an index was published;\n"+
					"want nothing after the failure, so %d and 0 (Keep 4)", step, len(w.analyzed), len(w.published), analyzed)
			}
		})
	}
}

// Keep 5: when Rebuild has returned, nothing of it goes on.
func TestNothingGoesOnAfterTheReturn(t *testing.T) {
	if s := stopped(t, 100, 5, cancelled); s.live > 0 {
		t.Errorf("the context ended %s, and Rebuild returned while a note was being analyzed (Keep 5).\n"+
			"%d more were begun behind its back", s.when, s.more-1)
	}
}

// Keep 6: a rebuild whose caller waits may take hours.
func TestALongRebuildIsNotStopped(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if _, err := newWorld(30, time.Hour).service().Rebuild(caller); err != nil {
			t.Errorf("a rebuild of 30 hours, whose context goes on, returned the error %v (Keep 6)", err)
		}
	})
}

// Keep 6: a rebuild that is stopped stops no other, beside it or later.
func TestAStopIsForOneRebuild(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		service := newWorld(10, time.Second).service()
		ctx, cancel := context.WithTimeout(caller, 2500*time.Millisecond)
		defer cancel()
		beside := make(chan error, 1)
		go func() {
			time.Sleep(100 * time.Millisecond)
			_, err := service.Rebuild(caller)
			beside <- err
		}()
		_, _ = service.Rebuild(ctx)
		if err := <-beside; err != nil {
			t.Fatalf("a rebuild was stopped, and another one, which ran beside it with a context of its own, returned the error\n%v (Keep 6)", err)
		}
		if _, err := service.Rebuild(caller); err != nil {
			t.Fatalf("a rebuild was stopped, and the next one returned the error %v (Keep 6)", err)
		}
	})
}

// Keep 6: a rebuild keeps nothing for the next one.
func TestEachRebuildBeginsAnew(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		w := newWorld(4, time.Second)
		service := w.service()
		ctx, cancel := context.WithTimeout(caller, 2500*time.Millisecond)
		defer cancel()
		_, _ = service.Rebuild(ctx)
		for i := range w.notes {
			w.notes[i].Content = "edited"
		}
		if _, err := service.Rebuild(caller); err == nil { // else the test above says so
			w.wantIndex(t, "Keep 6")
		}
	})
}
