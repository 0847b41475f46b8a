package fanout_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	fanout "example.com/leakproof/lessons/13-fan-out-safely"
)

func TestAnErrorBringsEveryoneHome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
		b := new(backends)
		calls := failingAt(b, 10*time.Millisecond, time.Hour)
		_, err := fanout.Gather(t.Context(), calls)
		if n := b.inside.Load(); n != 0 || !errors.Is(err, errBackend) {
			t.Errorf("%v, with %d calls inside", err, n)
		}
	})
}

// What a cleanup ends is still there in a deferred check. The cleanup that was
// registered first runs last, and finds nothing.
func TestADeferredCheckRunsBeforeCleanup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := goleak.IgnoreCurrent()
		t.Cleanup(func() {
			if err := goleak.Find(before); err != nil {
				t.Errorf("in the cleanup that runs last: %v, want nothing", err)
			}
		})
		stop := make(chan struct{})
		go func() { <-stop }()
		t.Cleanup(func() { close(stop) })
		defer func() {
			if goleak.Find(before) == nil {
				t.Error("in a deferred call: nothing, want the goroutine that the cleanup ends")
			}
		}()
	})
}
