package fourhabits

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// reindexing runs a reindex of 6,000 notes whose caller leaves after 1 s. It
// returns how many notes were put and how long the work went on.
func reindexing(t *testing.T, run func(context.Context, []Note, func(context.Context, Note) error) error) (puts int, took time.Duration, err error) {
	t.Helper()
	start := time.Now()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	time.AfterFunc(time.Second+time.Millisecond, cancel)
	err = run(ctx, make([]Note, 6000), func(context.Context, Note) error {
		puts++
		return nil
	})
	return puts, time.Since(start), err
}

func TestReindexNaiveWorksForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		puts, took, err := reindexing(t, ReindexNaive)
		if puts != 6000 || took != time.Minute || err != nil {
			t.Errorf("%d puts in %v: %v", puts, took, err)
		}
	})
}

func TestReindexStopsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		puts, took, err := reindexing(t, Reindex)
		if puts != 100 || took != time.Second+time.Millisecond || !errors.Is(err, context.Canceled) {
			t.Errorf("%d puts in %v: %v", puts, took, err)
		}
	})
}

func TestImportNaiveStartsEverySaveAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gauge
		err := ImportNaive(t.Context(), make([]Note, 5000), func(ctx context.Context, _ Note) error {
			defer g.enter()()
			return pause(ctx, time.Second)
		})
		if g.peak != 5000 || err != nil {
			t.Errorf("at most %d saves at once: %v", g.peak, err)
		}
	})
}

func TestImportStaysInItsBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gauge
		b, saved, seen := NewBudget(8), 0, 0
		err := Import(t.Context(), b, make([]Note, 5000), func(ctx context.Context, _ Note) error {
			defer g.enter()()
			err := pause(ctx, time.Second)
			g.mu.Lock()
			defer g.mu.Unlock()
			saved++
			seen = max(seen, b.InUse())
			return err
		})
		if g.peak != 8 || saved != 5000 || err != nil {
			t.Errorf("at most %d saves at once, %d saved: %v", g.peak, saved, err)
		}
		if seen != b.Limit() || b.InUse() != 0 {
			t.Errorf("InUse was at most %d of %d and is %d", seen, b.Limit(), b.InUse())
		}
	})
}

func TestImportStopsOnTheFirstErrorAndWithItsCaller(t *testing.T) {
	full := errors.New("disk full")
	for _, fails := range []bool{true, false} {
		t.Run(fmt.Sprint("fails=", fails), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var g gauge
				start, calls := time.Now(), 0
				ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
				defer cancel()
				err := Import(ctx, NewBudget(8), make([]Note, 5000), func(ctx context.Context, _ Note) error {
					defer g.enter()()
					g.mu.Lock()
					calls++
					first := calls == 1
					g.mu.Unlock()
					if first && fails {
						time.Sleep(500 * time.Millisecond)
						return full
					}
					return pause(ctx, time.Second)
				})
				want, after := context.DeadlineExceeded, 1500*time.Millisecond
				if fails {
					want, after = full, 500*time.Millisecond
				}
				if !errors.Is(err, want) || time.Since(start) != after || g.live != 0 || calls > 24 {
					t.Errorf("after %v, %d calls, %d live: %v", time.Since(start), calls, g.live, err)
				}
			})
		})
	}
}
