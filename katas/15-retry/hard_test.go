package retry_test

import (
	"context"
	"errors"
	"testing"
	"time"

	retry "example.com/leakproof/katas/15-retry"
	"example.com/leakproof/katas/internal/kit"
)

// Fine print: a goroutine is not left behind. The bubble looks for goroutines at
// once, before a wait that nobody needs would be over.
func TestNothingIsLeftOfAWait(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(caller, 300*time.Millisecond)
		defer cancel()
		_, _ = save(ctx, &store{}, patient)
	})
}

// Fine print: a try that succeeds is a success, even if the context has ended.
func TestASuccessStaysASuccess(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(caller)
		defer cancel()
		s := &store{answers: map[int]error{2: nil}, during: map[int]func(){2: cancel}}
		if err, _ := save(ctx, s, policy); err != nil || s.tries() != 2 {
			t.Errorf("the context ended during a try that succeeded: Save made %d tries and returned the error %v; the note is saved (fine print)", s.tries(), err)
		}
	})
}

// Fine print: if the context ends during the last try, or one that fails with
// another error, errors.Is finds the error of that try.
func TestTheErrorOfATryIsNotLost(t *testing.T) {
	once := policy
	once.Tries = 1
	for _, c := range []struct {
		what   string
		policy retry.Policy
		err    error
	}{
		{"with an error that stays", policy, errors.New("title is too long")},
		{"and it was the last one", once, &away{1}},
	} {
		kit.Bubble(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(caller)
			defer cancel()
			s := &store{answers: map[int]error{1: c.err}, during: map[int]func(){1: cancel}}
			if err, _ := save(ctx, s, c.policy); !errors.Is(err, c.err) {
				t.Errorf("the context ended during a try that failed %s (%v), and Save returned the error %v;\n"+
					"errors.Is must find that of the try, whatever else it finds (fine print)", c.what, c.err, err)
			}
		})
	}
}

// Fine print: with a context that has ended, Save makes one try at most.
func TestAnEndedContext(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := &store{takes: time.Second}
		ctx, cancel := context.WithCancel(caller)
		cancel()
		err, took := save(ctx, s, policy)
		if took != 0 || s.tries() > 1 || !errors.Is(err, context.Canceled) {
			t.Errorf("the context had ended: Save returned the error %v after %v and %d tries;\n"+
				"want that of the context at once, after one try at most (fine print)", err, took, s.tries())
		}
	})
}
