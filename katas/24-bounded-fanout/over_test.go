package boundedfanout_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	boundedfanout "example.com/leakproof/katas/24-bounded-fanout"
	"example.com/leakproof/katas/internal/kit"
)

// leaving returns a context that is cancelled at that time from now.
func leaving(at time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(caller)
	if at == 0 {
		cancel()
	}
	time.AfterFunc(at, cancel)
	return ctx, cancel
}

// Keep 5: a failure ends the call of Notes, and is the error.
func TestFailureEndsTheCall(t *testing.T) {
	for _, limit := range []int{1, 4} {
		for _, failing := range []fake{{err: errBoom, after: time.Second}, {err: errBoom}, {err: context.DeadlineExceeded, after: time.Second}, {err: context.Canceled, after: time.Second}} {
			for _, unwind := range []time.Duration{0, time.Minute} {
				name := fmt.Sprintf("limit %d, %q after %v, the others need %v to stop", limit, failing.err, failing.after, unwind)
				t.Run(name, func(t *testing.T) {
					kit.Bubble(t, func(t *testing.T) {
						each := fake{after: 30 * time.Second, err: errReset, unwind: unwind} // would fail as well, later
						nth := map[int]fake{0: {after: hung, unwind: unwind}, 1: failing}
						if limit == 1 {
							nth = map[int]fake{0: failing}
						}
						s := newStore(each, nth, nil)
						r := begin(caller, boundedfanout.NewService(s, limit), number("n", 40))
						s.wantOver(t, r, failing.err, failing.after, each, "a call of the store failed", "Keep 5")
					})
				})
				if t.Failed() {
					return // one example will do
				}
			}
		}
	}
}

// Keep 5: the failure is found, not only what the calls say that were stopped
// because of it.
func TestFirstFailureIsTheOneReturned(t *testing.T) {
	for range 8 { // a repair may be lucky now and then
		kit.Bubble(t, func(t *testing.T) {
			s := newStore(fake{after: hung}, map[int]fake{1: {err: errBoom, after: time.Second}}, nil)
			r := read(kit.SlowCancel(), boundedfanout.NewService(s, 4), number("n", 12))
			r.wantOver(t, errBoom, time.Second, time.Second, "limit 4, the second call of the store failed at 1s", "Keep 5")
		})
		if t.Failed() {
			return
		}
	}
}

// Keep 5: the end waits for no slot and disturbs nobody, and nothing of the call
// stays behind.
func TestFailedCallDoesNotWaitForASlot(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		nth := map[int]fake{0: {after: 10 * time.Minute}, 1: {err: errBoom, after: time.Second}}
		s := newStore(fake{}, nth, map[string]fake{"next0": {after: time.Minute}, "next1": {after: time.Minute}})
		service := boundedfanout.NewService(s, 2)
		first := begin(caller, service, number("long", 1))
		before := left()
		r := begin(caller, service, number("n", 50))
		synctest.Wait()
		next := begin(caller, service, number("next", 2)) // waits for the slot of the call that will fail
		const situation = "a call of the store failed at 1s, other calls of Notes have or want the slots"
		r.wantOver(t, errBoom, time.Second, time.Second, situation, "Keep 5")
		next.want(t, time.Second+2*time.Minute, "behind a call of Notes that failed at 1s")
		wantLeft(t, before, situation)
		first.want(t, 10*time.Minute, "beside a call of Notes that failed")
	})
}

// Keep 6: a caller that waits for a slot stops waiting when its context ends, and
// nothing of it stays behind.
func TestWaitingCallerGetsOut(t *testing.T) {
	for _, at := range []time.Duration{0, time.Second} {
		for _, n := range []int{1, 5} {
			t.Run(fmt.Sprintf("at %v, %d ids", at, n), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					s := newStore(fake{after: 10 * time.Minute}, nil, nil)
					service := boundedfanout.NewService(s, 2)
					other := begin(caller, service, number("long", 2))
					before := left()
					ctx, cancel := context.WithTimeout(caller, at)
					defer cancel()
					situation := fmt.Sprintf("another call has every slot, and the caller's context ends at %v", at)
					read(ctx, service, number("n", n)).wantOver(t, context.DeadlineExceeded, at, at, situation, "Keep 6")
					wantLeft(t, before, situation)
					other.want(t, 10*time.Minute, "beside a call of Notes whose caller left")
					if asked := s.asked(); len(asked) > 2 {
						t.Errorf("%s;\nids of it that the store was asked for: %d (Keep 6)", situation, len(asked)-2)
					}
				})
			})
			if t.Failed() {
				return // one example will do
			}
		}
	}
}

// Keep 6: missing notes are an error, also if what was running answers all the
// same.
func TestCallersEndIsAnError(t *testing.T) {
	for _, c := range []struct {
		name string
		each fake
	}{
		{"calls stop at once", fake{after: hung}},
		{"calls need 1m to stop", fake{after: hung, unwind: time.Minute}},
		{"calls answer all the same", fake{after: time.Minute, deaf: true}},
	} {
		for _, limit := range []int{1, 3} {
			t.Run(fmt.Sprintf("limit %d, %s", limit, c.name), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					s := newStore(c.each, map[int]fake{0: {after: time.Second}}, nil)
					ctx, cancel := leaving(2 * time.Second)
					defer cancel()
					r := begin(ctx, boundedfanout.NewService(s, limit), number("n", 8))
					s.wantOver(t, r, context.Canceled, 2*time.Second, c.each, "the caller's context ended", "Keep 6")
				})
			})
		}
	}
}

// Restore 1, fine print: a call that was told to stop counts until it has returned.
func TestCallThatStopsKeepsItsSlot(t *testing.T) {
	for _, fails := range []bool{false, true} {
		name, bad := "the caller leaves at 1s", fake{after: hung, unwind: time.Minute}
		if fails {
			name, bad = "one call fails at 1s", fake{after: time.Second, err: errBoom}
		}
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s := newStore(fake{after: time.Second}, map[int]fake{
					0: bad, 1: {after: hung, unwind: time.Minute}, 2: {after: hung, unwind: time.Minute}}, nil)
				service := boundedfanout.NewService(s, 3)
				ctx, cancel := context.WithCancel(caller)
				defer cancel()
				r := begin(ctx, service, number("bad", 3))
				synctest.Wait()
				next := begin(caller, service, number("n", 6))
				time.Sleep(time.Second)
				if !fails {
					cancel()
				}
				situation := "limit 3, all in use; " + name + ", other calls need 1m to stop"
				<-r.done
				took := 63 * time.Second // three slots are free at 61s
				if fails {
					took = 7 * time.Second // one is free at 1s
				}
				<-next.done
				time.Sleep(time.Minute) // for calls that outlive Notes
				s.wantPeak(t, 3, situation)
				next.want(t, took, situation)
			})
		})
	}
}

// Fine print: a slot that was taken comes back on every way out.
func TestSlotsComeBack(t *testing.T) {
	const limit = 3
	answers := fake{after: time.Minute, deaf: true}
	for _, c := range []struct {
		name      string
		bad, each fake // how the first call of the store goes, and the others
		times     int
		end       time.Duration // of the caller's context
		held      bool          // another call has the slots for 2s
	}{
		{"the store fails at once", fake{err: errBoom}, fake{after: hung}, limit + 1, hung, false},
		{"the store fails after 1s", fake{err: errBoom, after: time.Second}, fake{after: hung}, limit + 1, hung, false},
		{"the caller leaves while calls run", fake{after: hung}, fake{after: hung}, limit + 1, time.Second, false},
		{"the caller leaves, the calls answer all the same", answers, answers, limit + 1, time.Second, false},
		{"the caller had left before", fake{}, fake{}, 60, 0, false},
		{"the caller leaves while it waits", fake{}, fake{}, limit + 1, time.Second, true},
		{"the caller leaves just when slots come free", fake{}, fake{}, 100, 2 * time.Second, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s := newStore(fake{}, nil, nil)
				service := boundedfanout.NewService(s, limit)
				for range c.times {
					var other *request
					if c.held {
						s.become(fake{after: 2 * time.Second})
						other = begin(caller, service, number("long", limit))
						synctest.Wait()
					}
					s.become(c.each, c.bad)
					ctx, cancel := leaving(c.end)
					<-begin(ctx, service, number("n", 8)).done
					time.Sleep(time.Minute) // for calls that outlive it
					cancel()
					if other != nil {
						<-other.done
					}
				}
				s.become(fake{after: time.Second})
				ctx, cancel := context.WithTimeout(caller, hung)
				defer cancel()
				r := begin(ctx, service, number("after", 2*limit))
				time.Sleep(500 * time.Millisecond)
				s.wantRunning(t, limit, limit, fmt.Sprintf("%d calls of Notes are over (%s), limit %d, and the next one has begun", c.times, c.name, limit))
				r.want(t, 2*time.Second, "after calls of Notes that are over")
			})
		})
		if t.Failed() {
			return // one example will do
		}
	}
}
