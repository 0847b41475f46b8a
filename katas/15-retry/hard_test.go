package retry_test

import (
	"context"
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
		_ = retry.NewService(&store{}, patient).Save(ctx, retry.Note{})
	})
}

// Fine print: a try that succeeds is a success, even if the context has ended.
func TestASuccessStaysASuccess(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(caller, 100*time.Millisecond)
		defer cancel()
		s := &store{takes: time.Second, answers: map[int]error{1: nil}}
		if err, _ := save(ctx, s, policy); err != nil {
			t.Errorf("the context ended during a try that succeeded, and Save returned the error %v; the note is saved (fine print)", err)
		}
	})
}
