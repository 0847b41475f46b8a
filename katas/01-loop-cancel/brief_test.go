package loopcancel_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1 and 2: when its context ends, Rebuild stops after one more note at
// most, and publishes nothing.
func TestTheEndOfTheContextStopsTheRebuild(t *testing.T) {
	const n = 300
	for _, at := range []int{0, 1, 7, 150, n - 2} {
		t.Run(fmt.Sprintf("while note %d of %d is analyzed", at+1, n), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				w := newWorld(n)
				ctx, cancel := context.WithCancel(caller)
				defer cancel()
				w.during(at, cancel)
				got, err := w.service().Rebuild(ctx)
				w.wantStopped(t, at, got, err, context.Canceled)
			})
		})
	}
}

// Restore 1 and 2: the same, when the context runs out of time.
func TestADeadlineStopsTheRebuild(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		w := newWorld(100)
		w.each = time.Second
		ctx, cancel := context.WithTimeout(caller, 3500*time.Millisecond) // note 4 of 100
		defer cancel()
		got, err := w.service().Rebuild(ctx)
		w.wantStopped(t, 3, got, err, context.DeadlineExceeded)
	})
}

// Restore 2: errors.Is finds the error of the context, whatever its cause.
func TestTheErrorIsThatOfTheContext(t *testing.T) {
	left := errors.New("the client closed its connection")
	kit.Bubble(t, func(t *testing.T) {
		w := newWorld(100)
		ctx, cancel := context.WithCancelCause(caller)
		defer cancel(nil)
		w.during(5, func() { cancel(left) })
		got, err := w.service().Rebuild(ctx)
		w.wantStopped(t, 5, got, err, context.Canceled)
	})
	kit.Bubble(t, func(t *testing.T) {
		w := newWorld(100)
		w.each = time.Second
		ctx, cancel := context.WithTimeoutCause(caller, 5500*time.Millisecond, left)
		defer cancel()
		got, err := w.service().Rebuild(ctx)
		w.wantStopped(t, 5, got, err, context.DeadlineExceeded)
	})
}

// Keep 3: each note is analyzed once, in the store's order, one at a time, and
// all entries are published at once.
func TestEveryNoteIsPublished(t *testing.T) {
	for _, n := range []int{0, 1, 2, 300} {
		t.Run(fmt.Sprintf("%d notes", n), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				w := newWorld(n)
				got, err := w.service().Rebuild(caller)
				if err != nil || got != n {
					t.Errorf("a store of %d notes: Rebuild returned %d and the error %v; want %d and none (Keep 3)", n, got, err, n)
				}
				w.wantPublished(t, n)
				if w.crowd.Load() {
					t.Fatal("two notes were analyzed at the same time; want one at a time (Keep 3)")
				}
				if !slices.Equal(w.analyzed, w.ids()) {
					t.Errorf("%d notes were analyzed, some twice, in another order or not at all;\nwant each once, in the store's order (Keep 3)", len(w.analyzed))
				}
			})
		})
	}
}

// Keep 4: when the store, the analyzer or the index fails, so does the rebuild,
// and nothing more is analyzed or published.
func TestAFailureEndsTheRebuild(t *testing.T) {
	const n = 50
	busy := fmt.Errorf("no connection is free: %w", context.Canceled)
	for _, c := range []struct {
		what     string
		set      func(w *world)
		want     error
		analyzed int
	}{
		{"the store", func(w *world) { w.storeErr = errBoom }, errBoom, 0},
		{"the analyzer", func(w *world) { w.failAt = 20 }, errBoom, 21},
		{"the index", func(w *world) { w.indexErr = errBoom }, errBoom, n},
		{"the store (and nobody left)", func(w *world) { w.storeErr = busy }, busy, 0},
		{"the analyzer (and nobody left)", func(w *world) { w.failAt, w.failure = 20, busy }, busy, 21},
	} {
		t.Run(c.what, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				w := newWorld(n)
				c.set(w)
				_, err := w.service().Rebuild(caller)
				if !errors.Is(err, c.want) {
					t.Errorf("%s failed with %q, and Rebuild returned the error %v; errors.Is must find what failed (Keep 4)", c.what, c.want, err)
				}
				if len(w.analyzed) > c.analyzed {
					t.Errorf("%s failed and %d notes were analyzed; want none after the failure: %d (Keep 4)", c.what, len(w.analyzed), c.analyzed)
				}
				if len(w.published) > 0 {
					t.Errorf("%s failed and something was published (Keep 4)", c.what)
				}
			})
		})
	}
}

// Keep 6: a rebuild whose caller waits may take hours.
func TestALongRebuildIsNotStopped(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		w := newWorld(30)
		w.each = time.Hour
		if got, err := w.service().Rebuild(caller); err != nil || got != 30 {
			t.Errorf("a rebuild of 30 hours whose context goes on returned %d and the error %v; want 30 and none (Keep 6)", got, err)
		}
	})
}

// Keep 6: rebuilds do not know of each other, at the same time or later.
func TestRebuildsDoNotKnowOfEachOther(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		w := newWorld(10)
		w.each = time.Second
		service := w.service()
		ctx, cancel := context.WithTimeout(caller, 2500*time.Millisecond)
		defer cancel()
		beside := make(chan error, 1)
		go func() {
			time.Sleep(100 * time.Millisecond)
			got, err := service.Rebuild(caller)
			if err == nil && got != 10 {
				err = fmt.Errorf("it returned %d", got)
			}
			beside <- err
		}()
		_, stopped := service.Rebuild(ctx)
		if err := <-beside; err != nil {
			t.Fatalf("beside a rebuild that was stopped another one failed: %v; it had a context of its own (Keep 6)", err)
		}
		if !errors.Is(stopped, context.DeadlineExceeded) {
			t.Fatalf("a rebuild whose deadline passed returned the error %v; errors.Is must find context.DeadlineExceeded (Restore 2)", stopped)
		}
		if got, err := service.Rebuild(caller); err != nil || got != 10 {
			t.Fatalf("after a rebuild that was stopped, the next returned %d and the error %v; want 10 and none (Keep 6)", got, err)
		}
		w.wantPublished(t, 10, 10)
	})
}
