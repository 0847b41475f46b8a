package boundedfanout_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	boundedfanout "example.com/leakproof/katas/24-bounded-fanout"
	"example.com/leakproof/katas/internal/kit"
)

// Keep 5: a failure ends the call of Notes, and is the error.
func TestFailureEndsTheCall(t *testing.T) {
	for _, err := range []error{errBoom, context.DeadlineExceeded} { // that may be a limit of the store's own
		for _, unwind := range []time.Duration{0, time.Minute} {
			kit.Bubble(t, func(t *testing.T) {
				slow := fake{after: hung, unwind: unwind}
				s := newStore(slow, slow, fake{after: time.Second, err: err})
				r := begin(caller, boundedfanout.NewService(s, 4), number("n", 40))
				s.wantOver(t, r, err, unwind, fmt.Sprintf("limit 4, a call of the store failed with %q", err), "Keep 5")
			})
			if t.Failed() {
				return // one example will do
			}
		}
	}
}

// Keep 5: the failure is found, not what the calls say that were stopped because
// of it.
func TestFirstFailureIsTheOneReturned(t *testing.T) {
	for range 8 { // a repair may be lucky now and then
		kit.Bubble(t, func(t *testing.T) {
			s := newStore(fake{after: hung}, fake{after: hung}, fake{after: time.Second, err: errBoom})
			r := read(kit.SlowCancel(), boundedfanout.NewService(s, 4), number("n", 12))
			if !errors.Is(r.err, errBoom) {
				t.Errorf("the second call of the store failed with %q, the others were stopped because of it, and Notes returned %q;\n"+
					"errors.Is must find the first failure (Keep 5)", errBoom, r.err)
			}
		})
		if t.Failed() {
			return
		}
	}
}

// Keep 5: a call of Notes that has failed waits for no slot.
func TestFailedCallDoesNotWaitForASlot(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := newStore(fake{after: 10 * time.Minute}, fake{after: 10 * time.Minute}, fake{after: time.Second, err: errBoom})
		service := boundedfanout.NewService(s, 2)
		other := begin(caller, service, number("long", 1))
		synctest.Wait()
		r := begin(caller, service, number("n", 50))
		synctest.Wait()
		next := begin(caller, service, number("next", 2)) // wants the slot of the call that fails
		r.wantError(t, errBoom, time.Second, time.Second, "a call of the store failed at 1s, other calls of Notes have or want the slots", "Keep 5")
		other.want(t, 10*time.Minute, "beside a call of Notes that failed")
		<-next.done
	})
}

// Keep 6: a caller that waits for a slot stops waiting when its context ends, and
// nothing of it stays behind.
func TestWaitingCallerGetsOut(t *testing.T) {
	for _, at := range []time.Duration{0, time.Second} {
		kit.Bubble(t, func(t *testing.T) {
			service := boundedfanout.NewService(newStore(fake{after: 10 * time.Minute}), 2)
			other := begin(caller, service, number("long", 2))
			synctest.Wait()
			before := runtime.NumGoroutine()
			ctx, cancel := context.WithTimeout(caller, at)
			defer cancel()
			situation := fmt.Sprintf("another call has every slot, and the caller's context ends at %v", at)
			read(ctx, service, number("n", 5)).wantError(t, context.DeadlineExceeded, at, at, situation, "Keep 6")
			synctest.Wait()
			if now := runtime.NumGoroutine(); now > before && !t.Failed() {
				t.Errorf("%s: Notes has returned, and goroutines of it are still there: %d;\n"+
					"they wait although nobody needs them (fine print)", situation, now-before)
			}
			<-other.done
		})
		if t.Failed() {
			return // one example will do
		}
	}
}

// Keep 6: missing notes are an error, also if what was running answers all the
// same.
func TestCallersEndIsAnError(t *testing.T) {
	for calls, each := range kit.Sorted(map[string]fake{
		"calls of the store stop at once":        {after: hung},
		"calls of the store need 1m to stop":     {after: hung, unwind: time.Minute},
		"calls of the store answer all the same": {after: time.Minute + time.Second, deaf: true},
	}) {
		kit.Bubble(t, func(t *testing.T) {
			s := newStore(each, fake{after: time.Millisecond})
			ctx, cancel := context.WithTimeout(caller, time.Second)
			defer cancel()
			r := begin(ctx, boundedfanout.NewService(s, 3), number("n", 8))
			s.wantOver(t, r, context.DeadlineExceeded, each.unwind+each.after%hung, "the caller left, and "+calls, "Keep 6")
		})
	}
}

// Keep 6: the error is that of the context, whatever reason the caller gave.
func TestTheReasonForLeavingIsNoError(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(caller)
		time.AfterFunc(time.Second, func() { cancel(errors.New("shutting down")) })
		r := read(ctx, boundedfanout.NewService(newStore(fake{after: hung}), 3), number("n", 8))
		if !errors.Is(r.err, context.Canceled) {
			t.Errorf("the caller left with a reason of its own (context.WithCancelCause), and Notes returned %q;\n"+
				"errors.Is must find context.Canceled (Keep 6)", r.err)
		}
	})
}

// Fine print: a slot comes back on every way out.
func TestSlotsComeBack(t *testing.T) {
	const limit = 3
	for _, c := range []struct {
		situation   string
		first, each fake // how the first call of the store goes, and the others
		times       int
		leave       time.Duration
	}{
		{"the store failed", fake{err: errBoom, after: time.Second}, fake{after: hung}, limit + 1, hung},
		{"the caller left while calls ran", fake{after: hung}, fake{after: hung}, limit + 1, time.Second},
		{"the caller left, and the calls answered all the same", fake{}, fake{after: time.Minute, deaf: true}, limit + 1, time.Second},
		{"the caller had left before", fake{}, fake{}, 60, 0},
		{"the caller left just when slots came free", fake{after: time.Second}, fake{after: time.Second}, 100, time.Second},
	} {
		kit.Bubble(t, func(t *testing.T) {
			s := newStore(fake{})
			service := boundedfanout.NewService(s, limit)
			for range c.times {
				s.become(c.each, c.first)
				ctx, cancel := context.WithTimeout(caller, c.leave)
				read(ctx, service, number("n", 8))
				time.Sleep(time.Minute) // for calls that outlive it
				cancel()
			}
			s.become(fake{after: time.Second})
			ctx, cancel := context.WithTimeout(caller, hung)
			defer cancel()
			next := begin(ctx, service, number("next", limit))
			if _, live, _ := s.seen(); live < limit {
				t.Errorf("%d calls of Notes are over (%s), limit %d: the next one has %d calls of the store running;\n"+
					"a slot comes back on every way out (fine print)", c.times, c.situation, limit, live)
			}
			<-next.done
		})
		if t.Failed() {
			return // one example will do
		}
	}
}

// wantOver fails t unless r, the only user of s, ends at 1s: what was running is
// told to stop, nothing begins later, and r returns when that has stopped at the
// latest.
func (s *store) wantOver(t *testing.T, r *request, want error, stopping time.Duration, situation, clause string) {
	t.Helper()
	time.Sleep(time.Second)
	calls, _, _ := s.seen()
	for _, c := range calls {
		if !c.over && c.ctx.Err() == nil {
			t.Errorf("%s at 1s, and the call of the store for %s was not told to stop;\nits context goes on (%s)", situation, c.id, clause)
			break
		}
	}
	r.wantError(t, want, time.Second, time.Second+stopping, situation+" at 1s", clause)
	time.Sleep(time.Second + stopping - r.took)
	calls, _, _ = s.seen()
	for _, c := range calls {
		if c.at > time.Second {
			t.Errorf("%s at 1s, and at %v a call of the store for %s began;\nno more begin (%s)", situation, c.at, c.id, clause)
			break
		}
	}
}
