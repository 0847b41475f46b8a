package layers

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The row is kept, its answer is lost, and the retry keeps another one.
func TestARetryAfterALostAnswerSavesTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &MemDB{Lost: 2}
		s := &PlainStore{db, plan}
		if err := s.Add(t.Context(), Key{"ann", "k1"}, Note{ID: "1"}); err != nil {
			t.Fatal(err)
		}
		if n := db.Rows(); n != 3 {
			t.Errorf("%d notes, want 3", n)
		}
	})
}

// The same two lost answers, and a key.
func TestTheKeyMakesTheRetrySafe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &MemDB{Lost: 2}
		note, err := newTestService(&DBStore{db, plan}).Create(t.Context(), milk)
		if err != nil || note.ID != "1" || db.Rows() != 1 {
			t.Errorf("%v, %v and %d notes, want note 1 alone", note, err, db.Rows())
		}
	})
}

// twoTaps runs f twice at the same time, with ids 1 and 2.
func twoTaps(t *testing.T, f func(Note) (Note, error)) (ids []string) {
	t.Helper()
	got := make(chan string, 2)
	for _, id := range []string{"1", "2"} {
		go func() {
			n, err := f(Note{ID: id})
			if err != nil {
				t.Error(err)
			}
			got <- n.ID
		}()
	}
	return []string{<-got, <-got}
}

// Both look, both find nothing, both add.
func TestTwoTapsBothFindNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &MemDB{Latency: 10 * time.Millisecond}
		s := &PlainStore{db, plan}
		ids := twoTaps(t, func(n Note) (Note, error) { return s.AddUnknown(t.Context(), Key{"ann", "k1"}, n) })
		if ids[0] == ids[1] || db.Rows() != 2 {
			t.Errorf("answered with %q, %d notes, want two", ids, db.Rows())
		}
	})
}

// The same two taps through the service: one note, and both are told of it.
func TestTwoTapsMakeOneNote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := &MemDB{Latency: 10 * time.Millisecond}
		s := newTestService(&DBStore{db, plan})
		ids := twoTaps(t, func(Note) (Note, error) { return s.Create(t.Context(), milk) })
		if ids[0] != ids[1] || db.Rows() != 1 {
			t.Errorf("answered with %q, %d notes, want one", ids, db.Rows())
		}
	})
}

// tries notes when op was called, and fails each time.
func tries(ctx context.Context, retry func(context.Context, Op) error) (at []time.Duration, took time.Duration, err error) {
	start := time.Now()
	err = retry(ctx, func(ctx context.Context) error {
		at = append(at, time.Since(start))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return translate(ErrReset)
	})
	return at, time.Since(start), err
}

func ms(n ...int) (all []time.Duration) {
	for _, n := range n {
		all = append(all, time.Duration(n)*time.Millisecond)
	}
	return all
}

// The caller leaves at 250 ms. Two more tries, and 1.5 s in all.
func TestRetrySleepWorksForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
		defer cancel()
		at, took, _ := tries(ctx, RetrySleep)
		if !slices.Equal(at, ms(0, 100, 300, 700)) || took != 1500*time.Millisecond {
			t.Errorf("tries at %v, back after %v", at, took)
		}
	})
}

// A caller that cancels at 250 ms, without a deadline, ends the wait then.
func TestTheWaitEndsWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		time.AfterFunc(250*time.Millisecond, leave)
		at, took, err := tries(ctx, plan.Do)
		if !slices.Equal(at, ms(0, 100)) || took != 250*time.Millisecond {
			t.Errorf("tries at %v, back after %v", at, took)
		}
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), ErrReset.Error()) {
			t.Errorf("%v, want why it stopped and why it was trying", err)
		}
	})
}

// With 2 s, the wait after the fifth try would end at 3.1 s: it is not begun.
func TestAWaitThatIsTooLongIsNotBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		at, took, err := tries(ctx, plan.Do)
		if !slices.Equal(at, ms(0, 100, 300, 700, 1500)) || took != 1500*time.Millisecond {
			t.Errorf("tries at %v, back after %v", at, took)
		}
		if status, _ := problemOf(err); status != 504 || !strings.Contains(err.Error(), ErrReset.Error()) {
			t.Errorf("%v is a %d, want a 504 that says why", err, status)
		}
	})
}

var errSyntax = errors.New(`syntax error at or near "slect"`)

// What is not transient is tried once; the last try is followed by no wait.
func TestOnlyTransientFailuresAreRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for err, want := range map[error]int{
			ErrInvalid: 1, ErrForbidden: 1, translate(errSyntax): 1, translate(ErrReset): 6,
		} {
			calls, start := 0, time.Now()
			got := plan.Do(t.Context(), func(context.Context) error { calls++; return err })
			if calls != want || !errors.Is(got, err) {
				t.Errorf("%v: %d calls, %v, want %d", err, calls, got, want)
			}
			if took := time.Since(start); want == 6 && took != 3100*time.Millisecond {
				t.Errorf("six tries took %v, want 3.1s", took)
			}
		}
	})
}

// The first try hangs. With a limit of its own the second one is made at
// 600 ms; without, the one try has the whole budget.
func TestATryHasALimitOfItsOwn(t *testing.T) {
	for limit, want := range map[time.Duration]time.Duration{
		500 * time.Millisecond: 600 * time.Millisecond,
		time.Hour:              2 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			p := plan
			p.Try = limit
			calls, start := 0, time.Now()
			err := p.Do(ctx, func(ctx context.Context) error {
				if calls++; calls > 1 {
					return nil
				}
				<-ctx.Done()
				return ctx.Err()
			})
			if took := time.Since(start); took != want || (err == nil) != (calls == 2) {
				t.Errorf("limit %v: %v after %v, want %v", limit, err, took, want)
			}
		})
	}
}

// Three layers that each try three times are 27 queries.
func TestTriesMultiply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := plan
		p.Tries, p.Try = 3, time.Hour
		queries := 0
		query := func(context.Context) error { queries++; return translate(ErrReset) }
		store := func(ctx context.Context) error { return p.Do(ctx, query) }
		service := func(ctx context.Context) error { return p.Do(ctx, store) }
		if err := p.Do(t.Context(), service); err == nil || queries != 27 {
			t.Errorf("%d queries, %v, want 27", queries, err)
		}
	})
}

func TestHalfAndHalfStaysInItsRange(t *testing.T) {
	for range 1000 {
		if d := HalfAndHalf(time.Second); d < time.Second/2 || d > time.Second {
			t.Fatalf("a wait of %v, want half a second to one", d)
		}
	}
}
