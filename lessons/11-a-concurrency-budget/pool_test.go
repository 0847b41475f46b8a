package budget_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	budget "example.com/leakproof/lessons/11-a-concurrency-budget"
)

type pool func(context.Context, int, []string, budget.Render) error

var pools = map[string]pool{"TextbookPool": budget.TextbookPool, "Pool": budget.Pool}

func TestEveryPoolIsRightWhileNothingFails(t *testing.T) {
	for name, run := range pools {
		synctest.Test(t, func(t *testing.T) {
			r := budget.NewRenderer(100, each)
			d := took(func() {
				if err := run(t.Context(), 4, ids(100), r.Draw); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
			if d != 2500*time.Millisecond || r.Peak() != 4 || r.Calls() != 100 {
				t.Errorf("%s: %d calls, %d at one time, in %v, want 100, 4, 2.5s", name, r.Calls(), r.Peak(), d)
			}
			if err := run(t.Context(), 4, nil, r.Draw); err != nil {
				t.Errorf("%s of nothing: %v", name, err)
			}
		})
	}
}

// E1: four workers, one failing job and 100 further ones.
func TestTextbookPoolDoesEverythingAfterAnError(t *testing.T) {
	for name, want := range map[string]struct {
		calls int
		back  time.Duration
	}{
		// The three workers that are left: ceil(100 / 3) rounds.
		"TextbookPool": {100, 3400 * time.Millisecond},
		"Pool":         {3, 10 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := budget.NewRenderer(8, each)
			d := took(func() {
				if err := pools[name](t.Context(), 4, ids(101), failing(r, 1)); !errors.Is(err, errRender) {
					t.Errorf("%s: %v, want %v", name, err, errRender)
				}
			})
			// A worker that has both ways open may take one more job.
			if n := r.Calls(); n < want.calls || n > want.calls+4 || d != want.back {
				t.Errorf("%s: %d further jobs, back after %v, want %d and %v", name, n, d, want.calls, want.back)
			}
			if r.Inside() != 0 {
				t.Errorf("%s: %d calls open at the return", name, r.Inside())
			}
		})
	}
}

// E2: as many failing jobs as workers, and the producer has nobody left
// to hand a job to. Fifty runs leave fifty goroutines.
func TestTextbookPoolLeavesItsProducer(t *testing.T) {
	for name, want := range map[string]int{"TextbookPool": 50, "Pool": 0} {
		synctest.Test(t, func(t *testing.T) {
			ctx, end := context.WithCancel(t.Context())
			defer end() // or nothing would ever end them
			r := budget.NewRenderer(8, each)
			got := producersLeft(t, func() {
				for range 50 {
					if err := pools[name](ctx, 4, ids(100), failing(r, 4)); !errors.Is(err, errRender) {
						t.Errorf("%s: %v, want %v", name, err, errRender)
					}
				}
			})
			if got != want {
				t.Errorf("%s: %d producers left after a day, want %d", name, got, want)
			}
		})
	}
}

// One failing job is not enough: three workers see the producer home.
func TestOneErrorLeavesNoProducer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		defer end()
		r := budget.NewRenderer(8, each)
		if n := producersLeft(t, func() { _ = budget.TextbookPool(ctx, 4, ids(100), failing(r, 1)) }); n != 0 {
			t.Errorf("%d producers left, want none", n)
		}
	})
}

// The caller's end is an error of the pool, also between two jobs, and
// nobody is left at the return.
func TestPoolEndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := budget.NewRenderer(8, time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		d := took(func() {
			if err := budget.Pool(ctx, 4, ids(100), r.Draw); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v, want %v", err, context.DeadlineExceeded)
			}
		})
		if d != time.Second || r.Inside() != 0 || r.Calls() != 4 {
			t.Errorf("back after %v with %d of %d calls open, want 1s, none of 4", d, r.Inside(), r.Calls())
		}
	})
	deaf := func(context.Context, string) error { time.Sleep(time.Second); return nil }
	// No job has failed, so it is the producer that says so.
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		if err := budget.Pool(ctx, 1, ids(100), deaf); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("cut short: %v, want %v", err, context.DeadlineExceeded)
		}
	})
	synctest.Test(t, func(t *testing.T) { // while the textbook calls this a success
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		if err := budget.TextbookPool(ctx, 4, ids(100), deaf); err != nil {
			t.Errorf("textbook, cut short: %v, want nil", err)
		}
	})
}

// The last job was handed out before the deadline and is done after it.
// The worker then finds the channel closed and Done open, and takes one at
// random: the answer must not depend on which, so it is asked 64 times.
func TestACompleteBatchIsNoFailure(t *testing.T) {
	for range 64 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
			defer cancel()
			done := 0
			err := budget.Pool(ctx, 1, ids(2), func(context.Context, string) error {
				time.Sleep(time.Second)
				done++
				return nil
			})
			if err != nil || done != 2 {
				t.Errorf("%d of 2 jobs done and %v, want both and nil", done, err)
			}
		})
	}
}
