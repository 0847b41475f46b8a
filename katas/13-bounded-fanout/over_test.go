package boundedfanout_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	boundedfanout "example.com/leakproof/katas/13-bounded-fanout"
	"example.com/leakproof/katas/internal/kit"
)

var errLeft = errors.New("the client has left")

// ending returns a context that ends at that time from now with want, and has a
// cause of its own.
func ending(want error, at time.Duration) (context.Context, context.CancelFunc) {
	if errors.Is(want, context.DeadlineExceeded) {
		return context.WithTimeoutCause(caller, at, errLeft)
	}
	ctx, end := context.WithCancelCause(caller)
	cancel := func() { end(errLeft) }
	if at == 0 {
		cancel()
	}
	time.AfterFunc(at, cancel)
	return ctx, cancel
}

// Contract: "A caller that waits for a slot stops waiting at that moment."
func TestWaitingCallerGetsOut(t *testing.T) {
	for _, want := range []error{context.Canceled, context.DeadlineExceeded} {
		for _, at := range []time.Duration{0, time.Second} {
			for _, n := range []int{1, 5} {
				t.Run(fmt.Sprintf("%v at %v, %d ids", want, at, n), func(t *testing.T) {
					kit.Bubble(t, func(t *testing.T) {
						s := newStore(fake{after: 10 * time.Minute}, nil, nil)
						service := boundedfanout.NewService(s, 2)
						other := begin(caller, service, number("long", 2))
						synctest.Wait()
						ctx, cancel := ending(want, at)
						defer cancel()
						r := read(ctx, service, number("n", n))
						r.wantOver(t, want, at, at, fmt.Sprintf("another call has every slot, and the caller's context ends at %v", at))
						if asked := s.asked(); len(asked) > 2 {
							t.Errorf("another call has every slot, and the store was asked for %d ids of this one, whose caller's context ends at %v", len(asked)-2, at)
						}
						other.want(t, 10*time.Minute, "beside a call of Notes whose caller left")
					})
				})
				if t.Failed() {
					return // one example will do
				}
			}
		}
	}
}

// Contract: "When the caller's context ends while notes are missing, the same
// happens", also if what was running answers all the same.
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
					ctx, cancel := ending(context.Canceled, 2*time.Second)
					defer cancel()
					r := begin(ctx, boundedfanout.NewService(s, limit), number("n", 8))
					s.wantOver(t, r, context.Canceled, 2*time.Second, c.each, "the caller's context ended")
				})
			})
		}
	}
}

// Contract: "A context that has ended before Notes is called costs no call of
// the store", although slots are free.
func TestEndedContextAsksNothing(t *testing.T) {
	for _, want := range []error{context.Canceled, context.DeadlineExceeded} {
		t.Run(want.Error(), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s := newStore(fake{after: time.Second}, nil, nil)
				service := boundedfanout.NewService(s, 4)
				ctx, cancel := ending(want, 0)
				defer cancel()
				for range 60 { // a repair may be lucky now and then
					read(ctx, service, number("n", 6)).wantOver(t, want, 0, 0, "the caller's context had ended before")
					if asked := s.asked(); len(asked) > 0 {
						t.Errorf("the caller's context had ended before, and Notes asked the store for %d ids;\nit costs no call", len(asked))
					}
					if t.Failed() {
						return
					}
				}
			})
		})
	}
}

// Contract: "When a call of the store fails, its running calls are told to
// stop, later than that moment none begins, and errors.Is finds the error of
// the call that failed first."
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
						s.wantOver(t, r, failing.err, failing.after, each, "a call of the store failed")
					})
				})
				if t.Failed() {
					return // one example will do
				}
			}
		}
	}
}

// Contract: "errors.Is finds the error of the call that failed first", not only
// what the calls say that were stopped because of it.
func TestFirstFailureIsTheOneReturned(t *testing.T) {
	for range 8 { // a repair may be lucky now and then
		kit.Bubble(t, func(t *testing.T) {
			s := newStore(fake{after: hung}, map[int]fake{1: {err: errBoom, after: time.Second}}, nil)
			r := read(kit.SlowCancel(), boundedfanout.NewService(s, 4), number("n", 12))
			r.wantOver(t, errBoom, time.Second, time.Second, "limit 4, the second call of the store failed at 1s")
		})
		if t.Failed() {
			return
		}
	}
}

// Contract: "It does not wait for a slot", and nor does what is left of it.
// "Other calls of Notes go on undisturbed."
func TestFailedCallDoesNotWaitForASlot(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		nth := map[int]fake{0: {after: 10 * time.Minute}, 1: {err: errBoom, after: time.Second}}
		s := newStore(fake{}, nth, map[string]fake{"next0": {after: time.Minute}, "next1": {after: time.Minute}})
		service := boundedfanout.NewService(s, 2)
		first := begin(caller, service, number("long", 1))
		synctest.Wait()
		r := begin(caller, service, number("n", 50))
		synctest.Wait()
		next := begin(caller, service, number("next", 2)) // waits for the slot of the call that will fail
		r.wantOver(t, errBoom, time.Second, time.Second, "a call of the store failed at 1s, other calls of Notes have or want the slots")
		first.want(t, 10*time.Minute, "beside a call of Notes that failed")
		next.want(t, time.Second+2*time.Minute, "behind a call of Notes that failed at 1s")
	})
	// The same where another call is in front of it when its failure frees a
	// slot, as it is where slots are given out in turn.
	kit.Bubble(t, func(t *testing.T) {
		s := newStore(fake{after: time.Second}, nil, map[string]fake{
			"long0": {after: 10 * time.Minute}, "next0": {after: time.Minute}, "next1": {after: time.Minute}})
		service := boundedfanout.NewService(s, 2)
		first := begin(caller, service, number("long", 1))
		synctest.Wait()
		r := begin(caller, service, number("n", 50))
		synctest.Wait()
		next := begin(caller, service, number("next", 2))
		synctest.Wait()
		s.become(fake{after: time.Second, err: errBoom}) // the second call for r
		<-r.done
		var own []time.Duration
		for _, c := range s.seen() {
			if slices.Contains(r.ids, c.id) {
				own = append(own, c.at)
			}
		}
		if len(own) < 2 {
			t.Fatalf("Notes returned the error %v after %d calls of the store; the first of them succeeded", r.err, len(own))
		}
		failed := own[1] + time.Second
		r.wantOver(t, errBoom, failed, failed, fmt.Sprintf("a call of the store failed at %v, other calls of Notes have or want the slots", failed))
		<-next.done
		<-first.done
	})
}

// Contract: "A call that was told to stop is running until it has returned."
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
				situation := "limit 3, all in use; " + name + ", the other calls need 1m to stop, and another call of Notes waits"
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

// Contract: "A slot that was taken comes back on every way out."
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
		{"the store fails, all calls at once", fake{err: errBoom}, fake{err: errBoom}, limit + 1, hung, false},
		{"the store fails after 1s", fake{err: errBoom, after: time.Second}, fake{after: hung}, limit + 1, hung, false},
		{"the caller leaves while calls run", fake{after: hung}, fake{after: hung}, limit + 1, time.Second, false},
		{"the caller leaves, the calls answer all the same", answers, answers, limit + 1, time.Second, false},
		{"the caller had left before", fake{}, fake{}, 60, 0, false},
		{"the caller leaves while it waits", fake{}, fake{}, limit + 1, time.Second, true},
		{"the caller leaves just when slots come free", fake{}, fake{}, 100, 2 * time.Second, true},
		{"the notes are there", fake{}, fake{}, limit + 1, hung, false},
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
					ctx, cancel := ending(context.Canceled, c.end)
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
	}
}

// Contract: "it has the caller's values, the caller's deadline if there is one,
// and no deadline of its own. It has ended when Notes returns."
func TestStoreGetsAContextOfTheCaller(t *testing.T) {
	type key struct{}
	for _, limited := range []bool{true, false} {
		t.Run(fmt.Sprintf("the caller has a deadline: %t", limited), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				ctx := context.WithValue(caller, key{}, "trace")
				if limited {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, time.Minute)
					defer cancel()
				}
				want, _ := ctx.Deadline()
				s := newStore(fake{after: time.Second}, nil, nil)
				r := read(ctx, boundedfanout.NewService(s, 2), number("n", 3))
				r.want(t, r.took, "limit 2, 3 ids of 1s each")
				for _, c := range s.seen() {
					switch got, some := c.ctx.Deadline(); {
					case limited && !some:
						t.Errorf("the caller's context has a deadline, that of the call for %s has none", c.id)
					case limited && !got.Equal(want):
						t.Errorf("the deadline of the call for %s is %v from the caller's; it is the same", c.id, got.Sub(want))
					case !limited && some:
						t.Errorf("the caller's context has no deadline, that of the call for %s has one", c.id)
					}
					if c.ctx.Value(key{}) != "trace" {
						t.Errorf("the context of the call for %s lacks a value of the caller's context", c.id)
					}
					if c.ctx.Err() == nil {
						t.Errorf("Notes returned without an error, and the context of its call for %s goes on;\n"+
							"it has ended when Notes returns", c.id)
					}
				}
			})
		})
	}
}
