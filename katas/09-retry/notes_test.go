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

	retry "example.com/leakproof/katas/09-retry"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Contract: "Save tries at once. If a try succeeds, Save returns nil."
func TestTheFirstSuccessEndsIt(t *testing.T) {
	for good := 1; good <= policy.Tries; good++ {
		t.Run(fmt.Sprintf("try %d succeeds", good), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s := &store{answers: map[int]error{good: nil}}
				start := time.Now()
				err, took := save(caller, s, policy)
				if err != nil || s.tries() != good {
					t.Errorf("try %d of %d succeeds: Save made %d tries and returned the error %v; want none after that try", good, policy.Tries, s.tries(), err)
				}
				if s.tries() > 0 && !s.began[0].Equal(start) {
					t.Errorf("the first try came after %v; the contract is at once", s.began[0].Sub(start))
				}
				if s.tries() == good && took != s.began[good-1].Sub(start) {
					t.Errorf("Save returned %v after a try that succeeded; the contract is at that moment", took-s.began[good-1].Sub(start))
				}
				s.wantWaits(t, policy)
				s.wantNoMore(t)
				for i, n := range s.notes {
					if n != note {
						t.Errorf("try %d was given the note %+v; want %+v", i+1, n, note)
					}
				}
			})
		})
	}
}

// Contract: "Save makes at most Tries tries. After the last one it returns
// without a wait. Its error is then that of the last try."
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
					t.Fatalf("a policy of %d tries: Save made %d", tries, s.tries())
				}
				if over := s.began[tries-1].Add(s.takes).Sub(start); took != over {
					t.Errorf("the last of %d tries was over after %v, Save returned after %v; no try follows, so there is nothing to wait for", tries, over, took)
				}
				if !errors.Is(err, s.last) {
					t.Errorf("after the last try Save returned the error %v; errors.Is must find that of the last try in it (%v)", err, s.last)
				}
				s.wantNoMore(t)
			})
		})
	}
}

// Contract: "Between two tries it waits: First, then twice as long each time,
// Longest at most. This holds for any number of tries."
func TestTheWaitsGrowUpToTheLongest(t *testing.T) {
	for _, p := range []retry.Policy{
		{Tries: 6, First: 100 * time.Millisecond, Longest: time.Minute},
		{Tries: 8, First: 100 * time.Millisecond, Longest: 700 * time.Millisecond},
		{Tries: 3, First: time.Second, Longest: 200 * time.Millisecond},
		{Tries: 100, First: 100 * time.Millisecond, Longest: time.Minute},
	} {
		p.First = min(p.First, p.Longest)
		kit.Bubble(t, func(t *testing.T) {
			s := &store{takes: p.First} // a wait begins when the try has ended
			if err, _ := save(caller, s, p); err == nil || s.tries() != p.Tries {
				t.Errorf("a store that stays away and a policy of %d tries: Save made %d and returned the error %v", p.Tries, s.tries(), err)
			}
			s.wantWaits(t, p)
		})
	}
}

// Contract: "Only an error in which errors.Is finds ErrUnavailable is a reason
// to try again."
func TestOtherErrorsAreNotTriedAgain(t *testing.T) {
	for _, stays := range []error{
		errors.New("title is too long"),
		errors.New(retry.ErrUnavailable.Error()), // the text alone says nothing
		context.DeadlineExceeded,                 // of a limit of the store's own
		context.Canceled,
	} {
		for _, try := range []int{1, 3} {
			kit.Bubble(t, func(t *testing.T) {
				s := &store{answers: map[int]error{try: fmt.Errorf("put: %w", stays)}}
				err, _ := save(caller, s, policy)
				if s.tries() != try || !errors.Is(err, s.last) {
					t.Errorf("try %d failed with %v: Save made %d tries and returned the error %v;\n"+
						"only ErrUnavailable is tried again, any other error is returned", try, s.last, s.tries(), err)
				}
				s.wantNoMore(t)
			})
		}
	}
	for _, passes := range []error{
		fmt.Errorf("save: %w", fmt.Errorf("put: %w", retry.ErrUnavailable)),
		errors.Join(context.DeadlineExceeded, retry.ErrUnavailable), // of a driver with a limit of its own
	} {
		retried(t, passes)
	}
}

// Contract: the same, and "after the last try errors.Is finds the error of that
// try", if the context has ended during it.
func TestTheErrorOfATryIsNotLost(t *testing.T) {
	p := policy
	p.Tries = 1
	for _, c := range []struct {
		what   string
		policy retry.Policy
		err    error
	}{
		{"with an error that stays", policy, errors.New("title is too long")},
		{"and it was the last one", p, &away{1}},
	} {
		kit.Bubble(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(caller)
			defer cancel()
			s := &store{answers: map[int]error{1: c.err}, during: map[int]func(){1: cancel}}
			if err, _ := save(ctx, s, c.policy); !errors.Is(err, c.err) {
				t.Errorf("the context ended during a try that failed %s (%v), and Save returned the error %v;\n"+
					"errors.Is must find that of the try, whatever else it finds", c.what, c.err, err)
			}
		})
	}
}

func retried(t *testing.T, passes error) {
	t.Helper()
	kit.Bubble(t, func(t *testing.T) {
		s := &store{answers: map[int]error{1: passes, 2: nil}}
		if err, _ := save(caller, s, policy); err != nil || s.tries() != 2 {
			t.Errorf("try 1 failed with %q, in which errors.Is finds ErrUnavailable: Save made %d tries and returned the error %q; want 2 and none", passes, s.tries(), fmt.Sprint(err))
		}
	})
}

// Contract: "When the context ends during a wait, Save returns at that moment",
// with both errors.
func TestTheEndOfTheContextEndsAWait(t *testing.T) {
	left := errors.New("the client closed its connection")
	p := retry.Policy{Tries: 50, First: time.Second, Longest: time.Hour}
	for _, at := range []time.Duration{300 * time.Millisecond, 10 * time.Second} { // in the first wait, in a later one
		for _, cause := range []error{nil, left} {
			kit.Bubble(t, func(t *testing.T) {
				s := &store{}
				ctx, cancel := context.WithCancelCause(caller)
				defer cancel(nil)
				time.AfterFunc(at, func() { cancel(cause) })
				err, took := save(ctx, s, p)
				if took != at {
					t.Errorf("the context ended at %v during a wait, Save returned at %v; the contract is at that moment", at, took)
				}
				s.wantBoth(t, "during a wait", err, context.Canceled)
				s.wantNoMore(t)
			})
		}
	}
}

// Contract: "When Save has returned, nothing of it goes on." The bubble looks for
// goroutines at once, before a wait that nobody needs would be over.
func TestNothingIsLeftOfAWait(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(caller, 300*time.Millisecond)
		defer cancel()
		if err, _ := save(ctx, &store{}, retry.Policy{Tries: 5, First: time.Second, Longest: time.Hour}); err == nil {
			t.Error("the context ended during a wait, Save returned no error")
		}
	})
}

// Contract: "If the next try would come after the context's deadline, Save may
// return earlier than the deadline, with the same error as at the deadline."
func TestADeadlineEndsAWait(t *testing.T) {
	p := retry.Policy{Tries: 50, First: time.Second, Longest: time.Hour}
	for _, at := range []time.Duration{300 * time.Millisecond, 10 * time.Second} {
		kit.Bubble(t, func(t *testing.T) {
			s := &store{}
			ctx, cancel := context.WithTimeoutCause(caller, at, errors.New("out of budget"))
			defer cancel()
			start := time.Now()
			err, took := save(ctx, s, p)
			if took > at {
				t.Errorf("the context's deadline was at %v, Save returned at %v; the contract is at the deadline or before", at, took)
			}
			s.wantBoth(t, "at its deadline", err, context.DeadlineExceeded)
			s.wantWaits(t, p)
			// The wait that was not begun, or not finished, must reach the deadline.
			if n := s.tries(); n > 0 {
				if last := s.began[n-1].Sub(start); last+3*(p.First<<(n-1))/2 < at {
					t.Errorf("the last try came at %v and the next could have come before the deadline at %v; Save gave up too early", last, at)
				}
			}
			s.wantNoMore(t)
		})
	}
}

// Contract: "When the context ends during a try, that try hears of it, and no
// other follows it."
func TestTheEndOfTheContextEndsATry(t *testing.T) {
	for _, ended := range []error{context.Canceled, context.DeadlineExceeded} {
		kit.Bubble(t, func(t *testing.T) {
			s := &store{takes: 10 * time.Second}
			at := 4 * time.Second
			ctx, cancel := context.WithTimeout(caller, at)
			defer cancel()
			if errors.Is(ended, context.Canceled) {
				ctx, cancel = context.WithCancel(caller)
				time.AfterFunc(at, cancel)
			}
			err, took := save(ctx, s, policy)
			if took != at || s.tries() != 1 {
				t.Errorf("the context ended at %v during the first try: Save returned at %v after %d tries; want the same moment and no other try", at, took, s.tries())
			}
			s.wantBoth(t, "during a try", err, ended)
			s.wantNoMore(t)
		})
	}
}

// Contract: "If a try succeeds, Save returns nil, also if the context has ended
// meanwhile."
func TestASuccessStaysASuccess(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(caller)
		defer cancel()
		s := &store{answers: map[int]error{2: nil}, during: map[int]func(){2: cancel}}
		if err, _ := save(ctx, s, policy); err != nil || s.tries() != 2 {
			t.Errorf("the context ended during a try that succeeded: Save made %d tries and returned the error %v; the note is saved", s.tries(), err)
		}
	})
}

// Contract: "With a context that has ended, it makes one try at most, and
// returns the context's error without a wait."
func TestAnEndedContext(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := &store{takes: time.Second}
		ctx, cancel := context.WithCancel(caller)
		cancel()
		err, took := save(ctx, s, policy)
		if took != 0 || s.tries() > 1 || !errors.Is(err, context.Canceled) {
			t.Errorf("the context had ended: Save returned the error %v after %v and %d tries;\n"+
				"want its error at once, after one try at most", err, took, s.tries())
		}
		s.wantNoMore(t)
	})
}

// Contract: "Each try gets the caller's context or a child of it without a
// limit of its own. There is no limit but the caller's."
func TestATryHasTheTimeOfItsCaller(t *testing.T) {
	type key struct{}
	kit.Bubble(t, func(t *testing.T) {
		s := &store{takes: 6 * time.Hour, answers: map[int]error{3: nil}}
		ctx := context.WithValue(caller, key{}, "trace")
		err, took := save(ctx, s, policy)
		if err != nil || s.tries() != 3 {
			t.Errorf("three tries of six hours, the last one good, and a caller who waits: Save returned the error %v after %v and %d tries", err, took, s.tries())
		}
		for i, c := range s.ctxs {
			if c.Value(key{}) != "trace" {
				t.Errorf("the context of try %d lacks a value of the caller's", i+1)
			}
			if at, limited := c.Deadline(); limited {
				t.Errorf("try %d had to end within %v, though its caller has no deadline; only the caller's limit counts", i+1, at.Sub(s.began[i]))
			}
		}
	})
}

// Contract: "Each call counts its own tries and waits, and holds up no other call."
func TestCallsDoNotKnowOfEachOther(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		service := retry.NewService(byID{"good": &store{answers: map[int]error{1: nil}}, "away": &store{}}, policy)
		var running sync.WaitGroup
		ask := func(id string, wantErr bool, least, most time.Duration) {
			start := time.Now()
			err := service.Save(caller, retry.Note{ID: id})
			if took := time.Since(start); (err != nil) != wantErr || took < least || took > most {
				t.Errorf("beside and after other calls, Save of the note %q returned after %v with the error %v; alone it takes %v to %v, and fails: %t", id, took, err, least, most, wantErr)
			}
		}
		waits := 1500 * time.Millisecond // 100 ms + 200 ms + 400 ms + 800 ms
		running.Go(func() { ask("away", true, waits/2, waits*3/2) })
		time.Sleep(50 * time.Millisecond)
		running.Go(func() { ask("good", false, 0, 0) })
		running.Wait()
		const crowd = 300
		busy := &store{takes: time.Minute}
		service = retry.NewService(busy, retry.Policy{Tries: 1, First: time.Second, Longest: time.Second})
		for range crowd {
			running.Go(func() { _ = service.Save(caller, note) })
		}
		synctest.Wait()
		if n := busy.running.Live(); n != crowd {
			t.Errorf("%d calls were made at the same time and %d tries run; none holds up another", crowd, n)
		}
		running.Wait()
		service = retry.NewService(fresh{}, policy)
		ask("first", true, waits/2, waits*3/2)
		ask("second", true, waits/2, waits*3/2)
	})
}

// byID has a store for each note.
type byID map[string]*store

func (b byID) Put(ctx context.Context, n retry.Note) error { return b[n.ID].Put(ctx, n) }

// fresh is away at every try.
type fresh struct{}

func (fresh) Put(context.Context, retry.Note) error { return retry.ErrUnavailable }
