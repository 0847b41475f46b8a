package fourhabits

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// countWordsNaive is CountWords without its check.
func countWordsNaive(_ context.Context, notes []Note, count func(Note) int) (int, error) {
	total := 0
	for _, n := range notes {
		total += count(n)
	}
	return total, nil
}

// counting counts 6,000 notes of one word, 10 ms each, for a caller who leaves
// after 1 s. It returns how many notes were counted, how long that took, and
// what the caller would have been told.
func counting(t *testing.T, run func(context.Context, []Note, func(Note) int) (int, error)) (notes int, took time.Duration, total int, err error) {
	t.Helper()
	start := time.Now()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	time.AfterFunc(time.Second+time.Millisecond, leave)
	total, err = run(ctx, make([]Note, 6000), func(Note) int {
		time.Sleep(10 * time.Millisecond) // work that nothing interrupts
		notes++
		return 1
	})
	return notes, time.Since(start), total, err
}

func TestALoopThatNeverChecksWorksForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		notes, took, total, err := counting(t, countWordsNaive)
		if notes != 6000 || took != time.Minute || total != 6000 || err != nil {
			t.Errorf("%d notes in %v: %d, %v", notes, took, total, err)
		}
	})
}

// The note in hand when the caller leaves is finished, and no other is begun.
func TestALoopThatChecksStopsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		notes, took, total, err := counting(t, CountWords)
		if notes != 101 || took != 1010*time.Millisecond || total != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("%d notes in %v: %d, %v", notes, took, total, err)
		}
		total, err = CountWords(t.Context(), make([]Note, 3), func(Note) int { return 2 })
		if total != 6 || err != nil {
			t.Errorf("a caller who stays: %d, %v", total, err)
		}
	})
}

// importNaive starts a goroutine for each note.
func importNaive(ctx context.Context, notes []Note, save SaveFunc) error {
	errs := make([]error, len(notes))
	var wg sync.WaitGroup
	for i, n := range notes {
		wg.Go(func() { errs[i] = save(ctx, n) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func TestAGoroutineForEachNoteStartsEverySaveAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gauge
		err := importNaive(t.Context(), make([]Note, 5000), func(ctx context.Context, _ Note) error {
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

// The caller leaves while 8 saves run: they end, and no other one begins.
func TestImportStopsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gauge
		start, calls := time.Now(), 0
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		err := Import(ctx, NewBudget(8), make([]Note, 5000), func(ctx context.Context, _ Note) error {
			defer g.enter()()
			g.mu.Lock()
			calls++
			g.mu.Unlock()
			return pause(ctx, time.Second)
		})
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 1500*time.Millisecond || g.live != 0 || calls > 24 {
			t.Errorf("after %v, %d calls, %d live: %v", took, calls, g.live, err)
		}
	})
}

func TestImportReportsEveryFailure(t *testing.T) {
	full := errors.New("disk full")
	saved := make(chan Note, 3)
	err := Import(t.Context(), NewBudget(2), []Note{{ID: "1"}, {ID: "2"}, {ID: "3"}}, func(_ context.Context, n Note) error {
		if n.ID == "1" {
			return full
		}
		saved <- n
		return nil
	})
	if !errors.Is(err, full) || len(saved) != 2 {
		t.Errorf("%d saved: %v", len(saved), err)
	}
}
