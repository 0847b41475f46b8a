package retry_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	retry "example.com/leakproof/katas/15-retry"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patient waits long enough to be left in the middle of a wait.
var patient = retry.Policy{Tries: 50, First: time.Second, Longest: time.Hour}

// Restore 1: when the context ends during a wait, Save returns at once.
func TestTheEndOfTheContextEndsAWait(t *testing.T) {
	for _, at := range []time.Duration{300 * time.Millisecond, 10 * time.Second} { // in the first wait, in a later one
		kit.Bubble(t, func(t *testing.T) {
			s := &store{}
			ctx, cancel := context.WithCancel(caller)
			time.AfterFunc(at, cancel)
			_, took := save(ctx, s, patient)
			if took != at {
				t.Fatalf("the context ended at %v during a wait, and Save returned at %v, after %d tries; it returns at once (Restore 1)", at, took, s.tries())
			}
			s.wantNoMore(t)
		})
	}
}

// Restore 1: the same at a deadline. Save may give up before it, if the
// next try would come after it.
func TestADeadlineEndsAWait(t *testing.T) {
	const at = 10 * time.Second
	kit.Bubble(t, func(t *testing.T) {
		s, start := &store{}, time.Now()
		ctx, cancel := context.WithTimeout(caller, at)
		defer cancel()
		_, took := save(ctx, s, patient)
		if took > at {
			t.Fatalf("the context's deadline was at %v during a wait, and Save returned at %v, after %d tries; it returns at once (Restore 1)", at, took, s.tries())
		}
		// The wait that was not begun, or not finished, must reach the deadline.
		n := s.tries()
		if last := s.began[n-1].Sub(start); last+3*(patient.First<<(n-1))/2 < at {
			t.Errorf("the last try came at %v, and the next could have come before the deadline at %v; Save gave up too early (fine print)", last, at)
		}
		s.wantNoMore(t)
	})
}

// Restore 1: when the context ends during a try, the try hears of it.
func TestTheEndOfTheContextEndsATry(t *testing.T) {
	const at = 200 * time.Millisecond
	kit.Bubble(t, func(t *testing.T) {
		s := &store{takes: 2 * at}
		ctx, cancel := context.WithCancel(caller)
		time.AfterFunc(at, cancel)
		_, took := save(ctx, s, policy)
		if took != at || s.tries() != 1 {
			t.Fatalf("the context ended at %v during the first try: Save returned at %v after %d tries; it returns at once, and no other follows (Restore 1)", at, took, s.tries())
		}
		s.wantNoMore(t)
	})
}

// Restore 2: the error tells why Save gave up, and what it had tried for.
func TestTheErrorSaysBoth(t *testing.T) {
	for _, c := range []struct {
		when     string
		takes    time.Duration // a try
		deadline time.Duration
		want     error
	}{
		{"the caller left during a wait", 0, time.Hour, context.Canceled},
		{"the caller left during a try", time.Minute, time.Hour, context.Canceled},
		{"the deadline came during a wait", 0, time.Second / 2, context.DeadlineExceeded},
	} {
		kit.Bubble(t, func(t *testing.T) {
			s := &store{takes: c.takes}
			deadline, stop := context.WithTimeout(caller, c.deadline)
			defer stop()
			ctx, cancel := context.WithCancelCause(deadline)
			time.AfterFunc(10*time.Second, func() { cancel(errors.New("the client closed its connection")) })
			err, _ := save(ctx, s, patient)
			for _, want := range []error{c.want, s.last} {
				if !errors.Is(err, want) {
					t.Errorf("%s, and Save returned the error %v;\n"+
						"errors.Is must find in it that of the context and that of the last try, and does not find %q (Restore 2)", c.when, err, want)
					return
				}
			}
		})
	}
}

// Restore 3: after the last try Save returns without a wait, with its error.
func TestTheLastTryIsTheLast(t *testing.T) {
	for _, tries := range []int{1, 5} {
		kit.Bubble(t, func(t *testing.T) {
			p := policy
			p.Tries = tries
			s, start := &store{takes: 30 * time.Millisecond}, time.Now()
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
		})
	}
}

// Keep 4: Save tries at once, and returns nil when a try succeeds.
func TestTheFirstSuccessEndsIt(t *testing.T) {
	for _, good := range []int{1, 3} {
		kit.Bubble(t, func(t *testing.T) {
			s, start := &store{answers: map[int]error{good: nil}}, time.Now()
			err, took := save(caller, s, policy)
			if err != nil || s.tries() != good {
				t.Fatalf("try %d of %d succeeds: Save made %d tries and returned the error %v; want none after that try (Keep 4)", good, policy.Tries, s.tries(), err)
			}
			if !s.began[0].Equal(start) || took != s.began[good-1].Sub(start) {
				t.Errorf("the first try came after %v, that which succeeded after %v, and Save returned after %v;\n"+
					"it tries at once, and a success ends it (Keep 4)", s.began[0].Sub(start), s.began[good-1].Sub(start), took)
			}
		})
	}
}

// Keep 5: only ErrUnavailable is tried again, whatever else it wraps.
func TestOtherErrorsAreNotTriedAgain(t *testing.T) {
	for _, c := range []struct {
		err   error
		again bool
	}{
		{errors.New("title is too long"), false},
		{errors.New(retry.ErrUnavailable.Error()), false}, // the text alone says nothing
		{context.Canceled, false},                         // in the store; the caller is there
		{&away{1}, true},
		{errors.Join(context.DeadlineExceeded, retry.ErrUnavailable), true}, // of a driver with a limit of its own
	} {
		kit.Bubble(t, func(t *testing.T) {
			failed := fmt.Errorf("put: %w", c.err)
			s := &store{answers: map[int]error{1: failed, 2: nil}}
			err, _ := save(caller, s, policy)
			switch {
			case c.again && (err != nil || s.tries() != 2):
				t.Errorf("try 1 failed with %q, in which errors.Is finds ErrUnavailable: Save made %d tries and returned the error %v;\n"+
					"want two tries and no error (Keep 5)", failed, s.tries(), err)
			case !c.again && (!errors.Is(err, failed) || s.tries() != 1):
				t.Errorf("try 1 failed with %q, which is not ErrUnavailable: Save made %d tries and returned the error %v;\n"+
					"it returns any other error at once (Keep 5)", failed, s.tries(), err)
			}
		})
	}
}

// Keep 6: the waits are First, then twice as long each time, up to Longest.
func TestTheWaitsGrowUpToTheLongest(t *testing.T) {
	for _, p := range []retry.Policy{
		{Tries: 8, First: 100 * time.Millisecond, Longest: 700 * time.Millisecond},
		{Tries: 3, First: 200 * time.Millisecond, Longest: 200 * time.Millisecond},
		{Tries: 100, First: 100 * time.Millisecond, Longest: time.Minute},
	} {
		kit.Bubble(t, func(t *testing.T) {
			s := &store{takes: p.First} // a wait begins when the try has ended
			if err, _ := save(caller, s, p); err == nil || s.tries() != p.Tries {
				t.Errorf("a store that stays away and a policy of %d tries: Save made %d and returned the error %v (Keep 4)", p.Tries, s.tries(), err)
			}
			s.wantWaits(t, "a store that stays away", p)
		})
	}
}

// Keep 7: each call counts its own tries and waits.
func TestCallsDoNotKnowOfEachOther(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		stores := byID{}
		service := retry.NewService(stores, policy)
		for range 2 { // at the same time, and again after they have failed
			stores["one"], stores["two"], stores["three"] = &store{}, &store{}, &store{}
			var running sync.WaitGroup
			for id := range kit.Sorted(stores) {
				running.Go(func() { _ = service.Save(caller, retry.Note{ID: id}) })
				time.Sleep(50 * time.Millisecond) // the others are in a wait
			}
			running.Wait()
			for _, s := range kit.Sorted(stores) {
				if n := s.tries(); n != policy.Tries {
					t.Errorf("beside and after other calls, Save made %d tries of %d (Keep 7)", n, policy.Tries)
				}
				s.wantWaits(t, "beside and after other calls (Keep 7)", policy)
			}
		}
	})
}

// byID has a store for each note.
type byID map[string]*store

func (b byID) Put(ctx context.Context, n retry.Note) error { return b[n.ID].Put(ctx, n) }
