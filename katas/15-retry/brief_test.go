package retry_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	retry "example.com/leakproof/katas/15-retry"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheEndOfTheContextEndsAWait(t *testing.T) {
	const at = 10 * time.Second
	kit.Bubble(t, func(t *testing.T) {
		s := &store{}
		if _, took := save(endsAfter(at), s, patient); took != at {
			t.Errorf("the context ended at %v during a wait: Save returned at %v, and %d tries were made;\n"+
				"it returns at once, and no other try follows (Restore 1)", at, took, s.tries())
		}
	})
}

func TestTheEndOfTheContextEndsATry(t *testing.T) {
	const at = 200 * time.Millisecond
	kit.Bubble(t, func(t *testing.T) {
		s := &store{takes: 2 * at}
		if _, took := save(endsAfter(at), s, policy); took != at || s.tries() != 1 {
			t.Errorf("the context ended at %v during the first try: Save returned at %v, and %d tries were made;\n"+
				"it returns at once, and no other try follows (Restore 1)", at, took, s.tries())
		}
	})
}

// endings are reasons to give up before the last try.
var endings = []struct {
	when            string
	takes, deadline time.Duration
	want            error
}{
	{"the caller left during a wait", 0, time.Hour, context.Canceled},
	{"the caller left during a try", time.Minute, time.Hour, context.Canceled},
	{"the deadline came during a wait", 0, time.Second / 2, context.DeadlineExceeded},
}

// wantGivesUp requires that Save then returns an error with want in it.
func wantGivesUp(t *testing.T, when string, takes, deadline time.Duration, whose string, want error) {
	kit.Bubble(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(endsAfter(10*time.Second), deadline)
		defer stop()
		err, _ := save(ctx, &store{takes: takes}, patient)
		says := "errors.Is must find %s in it as well, %q (Restore 2)"
		if err != nil && strings.Contains(err.Error(), want.Error()) {
			says = "the text of %s alone is in it: errors.Is must find %q itself (Restore 2)"
		} else if errors.Is(err, errLeft) {
			says = "its cause does not replace %s: errors.Is must find %q (Restore 2)"
		}
		if !errors.Is(err, want) {
			t.Errorf("%s, and Save returned the error %q;\n"+says, when, fmt.Sprint(err), whose, want)
		}
	})
}

func TestTheErrorSaysThatTheContextEnded(t *testing.T) {
	for _, c := range endings {
		wantGivesUp(t, c.when, c.takes, c.deadline, "the context's error", c.want)
	}
}

func TestTheErrorSaysWhatFailed(t *testing.T) {
	for _, c := range endings {
		wantGivesUp(t, c.when, c.takes, c.deadline, "the last try's error", retry.ErrUnavailable)
	}
}

func TestTheLastTryIsTheLast(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		last := fmt.Errorf("the last try: %w", retry.ErrUnavailable)
		s, start := &store{takes: 30 * time.Millisecond, answers: map[int]error{policy.Tries: last}}, time.Now()
		err, took := save(caller, s, policy)
		if s.tries() != policy.Tries {
			t.Fatalf("a policy of %d tries: Save made %d (Keep 4)", policy.Tries, s.tries())
		}
		if over := s.began[policy.Tries-1].Add(s.takes).Sub(start); took != over {
			t.Errorf("the last of %d tries was over after %v, and Save returned after %v;\nno wait follows the last try (Restore 3)", policy.Tries, over, took)
		} else if !errors.Is(err, last) {
			t.Errorf("the last try failed with %q, and Save returned the error %v;\nerrors.Is must find that of the last try in it (Restore 3)", last, err)
		}
	})
}

// Fine print: a try that succeeds is a success, even if the context has ended.
func TestASuccessStaysASuccess(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := &store{takes: time.Second, answers: map[int]error{1: nil}}
		if err, _ := save(endsAfter(100*time.Millisecond), s, policy); err != nil {
			t.Errorf("the context ended during a try that succeeded, and Save returned the error %v; the note is saved (fine print)", err)
		}
	})
}

// Fine print: no goroutine is left, not even until a wait that nobody needs is over.
func TestNothingIsLeftOfAWait(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		_ = retry.NewService(&store{}, patient).Save(endsAfter(300*time.Millisecond), retry.Note{})
	})
}

func TestTheFirstSuccessEndsIt(t *testing.T) {
	const good = 3
	kit.Bubble(t, func(t *testing.T) {
		s, start := &store{answers: map[int]error{good: nil}}, time.Now()
		err, _ := save(caller, s, policy)
		if err != nil || s.tries() != good || !s.began[0].Equal(start) {
			t.Errorf("try %d of %d succeeds: Save made %d tries, the first after %v, and returned the error %v;\n"+
				"it tries at once, and a success ends it (Keep 4)", good, policy.Tries, s.tries(), s.began[0].Sub(start), err)
		}
	})
}

func TestOtherErrorsAreNotTriedAgain(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		tooLong := errors.New("title is too long")
		s := &store{answers: map[int]error{1: tooLong}}
		if err, _ := save(caller, s, policy); !errors.Is(err, tooLong) || s.tries() != 1 {
			t.Errorf("try 1 failed with %q, which is not ErrUnavailable: Save made %d tries and returned the error %v;\n"+
				"it returns any other error at once (Keep 5)", tooLong, s.tries(), err)
		}
	})
}

// An away is an ErrUnavailable by another text.
type away struct{ error }

func (away) Is(target error) bool { return target == retry.ErrUnavailable }

// What errors.Is says decides, whatever the text and whatever else is wrapped.
func TestErrorsIsTellsWhatIsTriedAgain(t *testing.T) {
	for _, c := range []struct {
		err   error
		finds string
		want  int
	}{
		{errors.New(retry.ErrUnavailable.Error()), "which has the text of ErrUnavailable, and errors.Is doesn't find it", 1},
		{fmt.Errorf("put: %w", away{errors.New("connection refused")}), "in which errors.Is finds ErrUnavailable", 2},
		{errors.Join(context.DeadlineExceeded, retry.ErrUnavailable), "in which errors.Is finds ErrUnavailable", 2}, // of a driver with a limit of its own
	} {
		kit.Bubble(t, func(t *testing.T) {
			s := &store{answers: map[int]error{1: c.err, 2: nil}}
			if _, _ = save(caller, s, policy); s.tries() != c.want {
				t.Errorf("try 1 failed with %q, %s;\ntries made: %d, want %d (Keep 5)", c.err.Error(), c.finds, s.tries(), c.want)
			}
		})
	}
}

func TestTheWaitsGrowUpToTheLongest(t *testing.T) {
	wantWaits(t, retry.Policy{Tries: 8, First: 100 * time.Millisecond, Longest: 700 * time.Millisecond})
}

func TestTheWaitsBetweenAHundredTries(t *testing.T) {
	wantWaits(t, retry.Policy{Tries: 100, First: 100 * time.Millisecond, Longest: time.Minute})
}

func wantWaits(t *testing.T, p retry.Policy) {
	kit.Bubble(t, func(t *testing.T) {
		s := &store{takes: p.First} // a wait begins when the try has ended
		_, _ = save(caller, s, p)
		s.wantWaits(t, "a store that stays away", p)
	})
}

// Keep 7: while one call waits, another begins.
func TestCallsDoNotKnowOfEachOther(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		stores := byID{"one": {}, "two": {}}
		service := retry.NewService(stores, policy)
		var running sync.WaitGroup
		for id := range kit.Sorted(stores) {
			running.Go(func() { _ = service.Save(caller, retry.Note{ID: id}) })
			time.Sleep(50 * time.Millisecond)
		}
		running.Wait()
		for _, s := range kit.Sorted(stores) {
			s.wantWaits(t, "beside another call, of which it must not know (Keep 7)", policy)
		}
	})
}

// byID has a store for each note.
type byID map[string]*store

func (b byID) Put(ctx context.Context, n retry.Note) error { return b[n.ID].Put(ctx, n) }
