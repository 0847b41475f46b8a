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

// Contract: "analyzes each once, in the store's order and one at a time, and
// publishes all entries at once, in that order".
func TestEveryNoteIsPublished(t *testing.T) {
	for _, n := range []int{0, 1, 2, 300} {
		t.Run(fmt.Sprintf("%d notes", n), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				w := newWorld(n)
				got, err := w.service().Rebuild(caller)
				if err != nil || got != n {
					t.Errorf("a store of %d notes: Rebuild returned %d and the error %v; want %d and none", n, got, err, n)
				}
				w.wantPublished(t, n)
				if w.crowd.Load() {
					t.Fatal("two notes were analyzed at the same time; the contract is one at a time")
				}
				if !slices.Equal(w.analyzed, w.ids()) {
					t.Errorf("%d notes were analyzed, some twice, in another order or not at all;\nthe contract is each once, in the store's order", len(w.analyzed))
				}
			})
		})
	}
}

// Contract: "When its context ends, a rebuild stops: the note that is being
// analyzed is finished, at most one more is analyzed, and no more."
func TestTheEndOfTheContextStopsTheRebuild(t *testing.T) {
	const n = 300
	for _, at := range []int{0, 1, 7, 150, n - 3, n - 2} {
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

// Contract: "a store that is being read is told".
func TestTheEndOfTheContextStopsTheReading(t *testing.T) {
	for _, giveUp := range []time.Duration{0, time.Second} {
		kit.Bubble(t, func(t *testing.T) {
			w := newWorld(10)
			w.reading, w.giveUp = time.Hour, giveUp
			ctx, cancel := context.WithTimeout(caller, time.Minute)
			defer cancel()
			start := time.Now()
			got, err := w.service().Rebuild(ctx)
			if took := time.Since(start); took > time.Minute+giveUp {
				t.Errorf("the context ended after a minute, while the store was read, and Rebuild returned after %v; the store must be told", took)
			}
			w.wantStopped(t, -1, got, err, context.DeadlineExceeded)
		})
	}
}

// Contract: the same, when the context runs out of time.
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

// Contract: "errors.Is finds the error of that context, whatever its cause".
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

// Contract: "A rebuild that is called with a context that has ended analyzes
// one note at most and publishes nothing."
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

// Contract: "Later than that it may go either way, and the answer tells which."
func TestTheAnswerTellsWhatHappened(t *testing.T) {
	const n = 20
	for _, c := range []struct {
		when string
		set  func(w *world, cancel func())
	}{
		{"while the last note is analyzed", func(w *world, cancel func()) { w.during(n-1, cancel) }},
		{"while the index is published", func(w *world, cancel func()) { w.publishing = cancel }},
	} {
		when, set := c.when, c.set
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
						t.Errorf("Rebuild returned %d without an error; %d notes are in the index", got, n)
					}
					w.wantPublished(t, n)
				case len(w.published) > 0:
					t.Errorf("the context ended %s: Rebuild published and returned the error %v;\n"+
						"an error says that the index is as it was", when, err)
				case !errors.Is(err, context.Canceled):
					t.Errorf("the context ended %s: Rebuild returned the error %v; errors.Is must find context.Canceled", when, err)
				}
			})
		})
	}
}

// Contract: "When the store, the analyzer or the index fails, so does the
// rebuild. After the first failure no note is analyzed and nothing is published."
func TestAFailureEndsTheRebuild(t *testing.T) {
	const n = 50
	for _, c := range []struct {
		what string
		set  func(w *world) (analyzed int)
	}{
		{"the store", func(w *world) int { w.storeErr = errBoom; return 0 }},
		{"the analyzer", func(w *world) int { w.failAt = 20; return 21 }},
		{"the index", func(w *world) int { w.indexErr = errBoom; return n }},
	} {
		what, set := c.what, c.set
		t.Run(what, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				w := newWorld(n)
				most := set(w)
				_, err := w.service().Rebuild(caller)
				if !errors.Is(err, errBoom) {
					t.Errorf("%s failed, Rebuild returned the error %v; errors.Is must find that of %s", what, err, what)
				}
				if len(w.analyzed) > most {
					t.Errorf("%s failed and %d notes were analyzed; the contract is none after the failure (%d)", what, len(w.analyzed), most)
				}
				if len(w.published) > 0 {
					t.Errorf("%s failed and something was published; the contract is nothing", what)
				}
			})
		})
	}
}

// Contract: "One that was stopped does not stop another, neither beside it nor
// after it."
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
		if _, err := service.Rebuild(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a rebuild whose deadline passed returned the error %v; errors.Is must find context.DeadlineExceeded", err)
		}
		if err := <-beside; err != nil {
			t.Errorf("beside a rebuild that was stopped another one failed: %v; it had a context of its own", err)
		}
		if got, err := service.Rebuild(caller); err != nil || got != 10 {
			t.Errorf("after a rebuild that was stopped, the next returned %d and the error %v; want 10 and none", got, err)
		}
		w.wantPublished(t, 10, 10)
	})
	kit.Bubble(t, func(t *testing.T) {
		const times = 60 // the race detector makes a sync.Pool forget by chance
		w := newWorld(10)
		service := w.service()
		for range times {
			if _, err := service.Rebuild(caller); err != nil {
				t.Fatalf("a rebuild after another returned the error %v", err)
			}
			slices.Reverse(w.notes) // other notes for the next one
		}
		if len(w.published) != times {
			t.Fatalf("%d rebuilds published %d times", times, len(w.published))
		}
		for i := range times { // the slices that the index was given are as they were
			w.wantEntries(t, w.published[i])
			slices.Reverse(w.notes)
		}
	})
}

// Contract: "None has a time limit of its own."
func TestALongRebuildIsNotStopped(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		w := newWorld(30)
		w.each = time.Hour
		if got, err := w.service().Rebuild(caller); err != nil || got != 30 {
			t.Errorf("a rebuild of 30 hours whose context goes on returned %d and the error %v; want 30 and none", got, err)
		}
	})
}
