package retry_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	retry "example.com/leakproof/katas/15-retry"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patient waits long enough to be left in the middle of a wait.
var patient = retry.Policy{Tries: 50, First: time.Second, Longest: time.Hour}

// Restore 1 and 2: when the context ends during a wait, Save returns at once.
func TestTheEndOfTheContextEndsAWait(t *testing.T) {
	left := errors.New("the client closed its connection")
	for _, at := range []time.Duration{300 * time.Millisecond, 10 * time.Second} { // in the first wait, in a later one
		for _, cause := range []error{nil, left} {
			kit.Bubble(t, func(t *testing.T) {
				s := &store{}
				ctx, cancel := context.WithCancelCause(caller)
				defer cancel(nil)
				time.AfterFunc(at, func() { cancel(cause) })
				err, took := save(ctx, s, patient)
				if took != at {
					t.Fatalf("the context ended at %v during a wait, and Save returned at %v, after %d tries; it returns at once (Restore 1)", at, took, s.tries())
				}
				s.wantBoth(t, "during a wait", err, context.Canceled)
				s.wantNoMore(t)
			})
		}
	}
}

// Restore 1 and 2: the same at a deadline. Save may give up before it, if the
// next try would come after it.
func TestADeadlineEndsAWait(t *testing.T) {
	for _, at := range []time.Duration{300 * time.Millisecond, 10 * time.Second} {
		kit.Bubble(t, func(t *testing.T) {
			s := &store{}
			ctx, cancel := context.WithTimeoutCause(caller, at, errors.New("out of budget"))
			defer cancel()
			start := time.Now()
			err, took := save(ctx, s, patient)
			if took > at {
				t.Fatalf("the context's deadline was at %v during a wait, and Save returned at %v, after %d tries; it returns at once (Restore 1)", at, took, s.tries())
			}
			s.wantBoth(t, "at its deadline", err, context.DeadlineExceeded)
			s.wantWaits(t, patient)
			// The wait that was not begun, or not finished, must reach the deadline.
			if n := s.tries(); n > 0 {
				if last := s.began[n-1].Sub(start); last+3*(patient.First<<(n-1))/2 < at {
					t.Errorf("the last try came at %v, and the next could have come before the deadline at %v; Save gave up too early (fine print)", last, at)
				}
			}
			s.wantNoMore(t)
		})
	}
}

// Restore 1 and 2: when the context ends during a try, the try hears of it.
func TestTheEndOfTheContextEndsATry(t *testing.T) {
	type key struct{}
	const at = 200 * time.Millisecond
	for _, ended := range []error{context.Canceled, context.DeadlineExceeded} {
		kit.Bubble(t, func(t *testing.T) {
			s := &store{takes: 2 * at}
			ctx, cancel := context.WithTimeout(context.WithValue(caller, key{}, "trace"), at)
			defer cancel()
			if errors.Is(ended, context.Canceled) {
				ctx, cancel = context.WithCancel(context.WithValue(caller, key{}, "trace"))
				time.AfterFunc(at, cancel)
			}
			err, took := save(ctx, s, policy)
			if took != at || s.tries() != 1 {
				t.Fatalf("the context ended at %v during the first try: Save returned at %v after %d tries; it returns at once, and no other follows (Restore 1)", at, took, s.tries())
			}
			if s.ctxs[0].Value(key{}) != "trace" {
				t.Error("the context of a try lacks a value of the caller's; it is that one or one derived from it (fine print)")
			}
			s.wantBoth(t, "during a try", err, ended)
			s.wantNoMore(t)
		})
	}
}

// Restore 3: after the last try Save returns without a wait, with its error.
func TestTheLastTryIsTheLast(t *testing.T) {
	for _, tries := range []int{1, 2, 5} {
		t.Run(fmt.Sprintf("%d tries", tries), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				p := policy
				p.Tries = tries
				s := &store{takes: 30 * time.Millisecond}
				start := time.Now()
				err, took := save(caller, s, p)
				if s.tries() != tries {
					t.Fatalf("a policy of %d tries: Save made %d (Keep 4)", tries, s.tries())
				}
				if over := s.began[tries-1].Add(s.takes).Sub(start); took != over {
					t.Errorf("the last of %d tries was over after %v, and Save returned after %v; it returns without a wait (Restore 3)", tries, over, took)
				}
				if !errors.Is(err, s.last) {
					t.Errorf("after the last try Save returned the error %v; errors.Is must find that of the try: %q (Restore 3)", err, s.last)
				}
				s.wantNoMore(t)
			})
		})
	}
}

// Keep 4: Save tries at once, and returns nil when a try succeeds.
func TestTheFirstSuccessEndsIt(t *testing.T) {
	for good := 1; good <= policy.Tries; good++ {
		t.Run(fmt.Sprintf("try %d succeeds", good), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s := &store{answers: map[int]error{good: nil}}
				start := time.Now()
				err, took := save(caller, s, policy)
				if err != nil || s.tries() != good {
					t.Fatalf("try %d of %d succeeds: Save made %d tries and returned the error %v; want none after that try (Keep 4)", good, policy.Tries, s.tries(), err)
				}
				if !s.began[0].Equal(start) || took != s.began[good-1].Sub(start) {
					t.Errorf("the first try came after %v, that which succeeded after %v, and Save returned after %v;\n"+
						"it tries at once, and a success ends it (Keep 4)", s.began[0].Sub(start), s.began[good-1].Sub(start), took)
				}
				s.wantWaits(t, policy)
				s.wantNoMore(t)
				for i, n := range s.notes {
					if n != note {
						t.Errorf("try %d was given the note %+v; want %+v (Keep 4)", i+1, n, note)
					}
				}
			})
		})
	}
}

// Keep 5: only ErrUnavailable is tried again, whatever else it wraps.
func TestOtherErrorsAreNotTriedAgain(t *testing.T) {
	for _, stays := range []error{
		errors.New("title is too long"),
		errors.New(retry.ErrUnavailable.Error()), // the text alone says nothing
		context.Canceled,                         // in the store; the caller is there
	} {
		for _, try := range []int{1, 3} {
			kit.Bubble(t, func(t *testing.T) {
				s := &store{answers: map[int]error{try: fmt.Errorf("put: %w", stays)}}
				err, _ := save(caller, s, policy)
				if s.tries() != try || !errors.Is(err, s.last) {
					t.Errorf("try %d failed with %q: Save made %d tries and returned the error %v;\n"+
						"only ErrUnavailable is tried again, any other error is returned (Keep 5)", try, s.last, s.tries(), err)
				}
				s.wantNoMore(t)
			})
		}
	}
	for _, passes := range []error{
		fmt.Errorf("save: %w", fmt.Errorf("put: %w", retry.ErrUnavailable)),
		errors.Join(context.DeadlineExceeded, retry.ErrUnavailable), // of a driver with a limit of its own
	} {
		kit.Bubble(t, func(t *testing.T) {
			s := &store{answers: map[int]error{1: passes, 2: nil}}
			if err, _ := save(caller, s, policy); err != nil || s.tries() != 2 {
				t.Errorf("try 1 failed with %q, in which errors.Is finds ErrUnavailable: Save made %d tries and returned the error %v;\n"+
					"want two tries and no error (Keep 5)", passes, s.tries(), err)
			}
		})
	}
}

// Keep 6: the waits are First, then twice as long each time, up to Longest.
func TestTheWaitsGrowUpToTheLongest(t *testing.T) {
	for _, p := range []retry.Policy{
		{Tries: 6, First: 100 * time.Millisecond, Longest: time.Minute},
		{Tries: 8, First: 100 * time.Millisecond, Longest: 700 * time.Millisecond},
		{Tries: 3, First: 200 * time.Millisecond, Longest: 200 * time.Millisecond},
		{Tries: 100, First: 100 * time.Millisecond, Longest: time.Minute},
	} {
		kit.Bubble(t, func(t *testing.T) {
			s := &store{takes: p.First} // a wait begins when the try has ended
			if err, _ := save(caller, s, p); err == nil || s.tries() != p.Tries {
				t.Errorf("a store that stays away and a policy of %d tries: Save made %d and returned the error %v (Keep 4)", p.Tries, s.tries(), err)
			}
			s.wantWaits(t, p)
		})
	}
}

// Keep 7: each call counts its own tries and waits.
func TestCallsDoNotKnowOfEachOther(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		stores := byID{}
		service := retry.NewService(stores, policy)
		for range 2 { // at the same time, and again after they have failed
			var running sync.WaitGroup
			for _, id := range []string{"one", "two", "three"} {
				stores[id] = &store{}
			}
			stores["good"] = &store{answers: map[int]error{1: nil}}
			for _, id := range []string{"one", "two", "three"} {
				running.Go(func() { _ = service.Save(caller, retry.Note{ID: id}) })
				time.Sleep(50 * time.Millisecond) // the others are in a wait
			}
			start := time.Now()
			err := service.Save(caller, retry.Note{ID: "good"})
			took := time.Since(start)
			running.Wait()
			if err != nil || took > 0 {
				t.Errorf("beside calls that wait, Save of a note that the store takes returned after %v with the error %v (Keep 7)", took, err)
			}
			for _, id := range []string{"one", "two", "three"} {
				if n := stores[id].tries(); n != policy.Tries {
					t.Errorf("beside and after other calls, Save made %d tries of %d (Keep 7)", n, policy.Tries)
				}
				stores[id].wantWaits(t, policy)
			}
		}
		const crowd = 300
		busy := &store{takes: time.Minute}
		service = retry.NewService(busy, retry.Policy{Tries: 1, First: time.Second, Longest: time.Second})
		var running sync.WaitGroup
		for range crowd {
			running.Go(func() { _ = service.Save(caller, note) })
		}
		synctest.Wait()
		if n := busy.running.Live(); n != crowd {
			t.Errorf("%d calls were made at the same time and %d tries run; none holds up another (Keep 4)", crowd, n)
		}
		running.Wait()
	})
}

// byID has a store for each note.
type byID map[string]*store

func (b byID) Put(ctx context.Context, n retry.Note) error { return b[n.ID].Put(ctx, n) }
