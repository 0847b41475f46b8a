package loopcancel_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: when its context ends, Rebuild stops after one more note at most.
func TestTheEndOfTheContextStopsTheRebuild(t *testing.T) {
	for _, at := range []int{before, 0, 7, 150, 298} {
		stopped(t, 300, at, cancelled).wantFewMore(t)
	}
}

// Restore 1: the same, when the context runs out of time.
func TestADeadlineStopsTheRebuild(t *testing.T) {
	if stopped(t, 100, 3, cancelled).more > 1 {
		return // nothing stops it: the test above says so
	}
	stopped(t, 100, 3, timedOut).wantFewMore(t)
}

// Restore 2: a rebuild that was stopped publishes nothing.
func TestAStoppedRebuildPublishesNothing(t *testing.T) {
	for _, at := range []int{before, 0, 7, 298} {
		s := stopped(t, 300, at, cancelled)
		if len(s.published) > 0 && len(s.published[0]) < 300 {
			t.Errorf("the context ended %s, and an index of %d notes was published; want none (Restore 2).\n"+
				"The other notes can no longer be found. Rebuild returned %d and the error %v", s.when, len(s.published[0]), s.got, s.err)
		}
	}
}

// Restore 2: it returns an error. None would say that the index is rebuilt.
func TestAStoppedRebuildReturnsAnError(t *testing.T) {
	if s := stopped(t, 100, 5, cancelled); s.err == nil && len(s.published) == 0 {
		t.Errorf("the context ended %s: Rebuild published nothing and returned %d without an error (Restore 2)", s.when, s.got)
	}
}

// Restore 2: errors.Is finds that of the context in it.
func TestTheErrorIsThatOfTheContext(t *testing.T) {
	stopped(t, 100, 5, cancelled).wantError(t, context.Canceled)
	stopped(t, 100, 5, timedOut).wantError(t, context.DeadlineExceeded)
}

// Restore 2: also if whoever ended the context has said why.
func TestACauseIsNotTheErrorOfTheContext(t *testing.T) {
	left := errors.New("the client closed its connection")
	stopped(t, 100, 5, func(ctx context.Context, d time.Duration) (context.Context, func()) {
		ctx, cancel := context.WithCancelCause(ctx)
		time.AfterFunc(d, func() { cancel(left) })
		return ctx, func() { cancel(nil) }
	}).wantError(t, context.Canceled)
	stopped(t, 100, 5, func(ctx context.Context, d time.Duration) (context.Context, func()) {
		return context.WithTimeoutCause(ctx, d, left)
	}).wantError(t, context.DeadlineExceeded)
}

// Keep 3: each note is analyzed once, in the store's order, and all entries are
// published at once.
func TestEveryNoteIsPublished(t *testing.T) {
	for _, n := range []int{0, 1, 300} {
		kit.Bubble(t, func(t *testing.T) {
			w := newWorld(n)
			if got, err := w.service().Rebuild(caller); err != nil || got != n {
				t.Errorf("a store of %d notes: Rebuild returned %d and the error %v; want %d and none (Keep 3)", n, got, err, n)
			}
			w.wantPublished(t, n)
			for i, id := range w.analyzed {
				if len(w.analyzed) != n || id != w.notes[i].ID {
					t.Fatalf("%d notes: the analyzer got %d, as number %d %s; want each once, in the store's order (Keep 3)", n, len(w.analyzed), i+1, id)
				}
			}
		})
	}
}

// Keep 3: one note at a time, on a machine with several processors as well,
// which a bubble does not have.
func TestOneNoteAtATime(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	w, next, done := newWorld(8), make(chan struct{}), make(chan struct{})
	w.each, w.hook = 0, func(_ context.Context, during string) error {
		if during != "read" {
			<-next
		}
		return nil
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
	full := errors.New("disk is full")
	busy := fmt.Errorf("no connection is free: %w", context.Canceled) // and nobody left
	for step, analyzed := range kit.Sorted(map[string]int{"read": 0, "analyze n20": 21, "publish": 50}) {
		for _, failure := range []error{full, busy} {
			kit.Bubble(t, func(t *testing.T) {
				w := newWorld(50)
				w.hook = func(_ context.Context, during string) error {
					if during == step {
						return failure
					}
					return nil
				}
				_, err := w.service().Rebuild(caller)
				if !errors.Is(err, failure) {
					t.Errorf("the step %q failed with %q, and Rebuild returned the error %v; errors.Is must find what failed (Keep 4)", step, failure, err)
				}
				if len(w.analyzed) > analyzed || len(w.published) > 0 {
					t.Errorf("the step %q failed: %d notes were analyzed, %d times an index was published;\n"+
						"want nothing after the failure, so %d and 0 (Keep 4)", step, len(w.analyzed), len(w.published), analyzed)
				}
			})
		}
	}
}

// Keep 5: when Rebuild has returned, nothing of it goes on.
func TestNothingGoesOnAfterTheReturn(t *testing.T) {
	for _, at := range []int{before, 5} {
		if s := stopped(t, 100, at, cancelled); s.live > 0 {
			t.Errorf("the context ended %s, and Rebuild returned while a note was being analyzed (Keep 5).\n"+
				"%d more were begun behind its back", s.when, s.more-1)
		}
	}
}

// Keep 6: a rebuild whose caller waits may take hours.
func TestALongRebuildIsNotStopped(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		w := newWorld(30)
		w.each = time.Hour
		if got, err := w.service().Rebuild(caller); err != nil || got != 30 {
			t.Errorf("a rebuild of 30 hours, whose context goes on, returned %d and the error %v; want 30 and none (Keep 6)", got, err)
		}
	})
}

// Keep 6: a rebuild that is stopped stops no other, beside it or later.
func TestAStopIsForOneRebuild(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		w := newWorld(10)
		w.each = time.Second
		service := w.service()
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
		if got, err := service.Rebuild(caller); err != nil || got != 10 {
			t.Fatalf("a rebuild was stopped, and the next one returned %d and the error %v; want 10 and none (Keep 6)", got, err)
		}
	})
}

// Keep 6: a rebuild keeps nothing for the next one, and the index has what it
// was given.
func TestEachRebuildBeginsAnew(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		w := newWorld(10)
		w.each = time.Second
		service := w.service()
		for round, limit := range []time.Duration{5500 * time.Millisecond, time.Hour, time.Hour} {
			for i := range w.notes {
				w.notes[i].Content = fmt.Sprintf("version %d", round) // somebody edits them
			}
			ctx, cancel := context.WithTimeout(caller, limit)
			_, _ = service.Rebuild(ctx)
			cancel()
			if len(w.published) > 0 {
				w.wantEntries(t, w.published[len(w.published)-1])
			}
		}
		if len(w.published) == 2 && w.published[0][0].Terms[1] != "version 1" {
			t.Error("a rebuild changed the entries that the one before had published; the index keeps the slice (Keep 6)")
		}
	})
}
