package errormap_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	errormap "example.com/leakproof/katas/04-error-map"
	"example.com/leakproof/katas/internal/kit"
)

// together calls first, second when first gets no further, and meanwhile when
// both do not. It returns when both have returned.
func together(t *testing.T, first, second, meanwhile func()) {
	var served sync.WaitGroup
	defer served.Wait()
	defer meanwhile()
	served.Go(first)
	kit.Settle(t)
	served.Go(second)
	kit.Settle(t)
}

// pairs calls f with every two routes, for the same note and for two notes.
func pairs(f func(first, second operation)) {
	for _, first := range operations {
		for _, second := range operations {
			f(first, second)
			second.path = strings.Replace(second.path, "7", "8", 1)
			f(first, second)
		}
	}
}

// underWay serves two requests at once and says how many were in the store
// when neither got any further, and how many calls were made in all.
func underWay(t *testing.T, first, second operation) (inside, calls int) {
	var in kit.Gauge
	var made atomic.Int64
	release := make(chan struct{})
	h := newHandler(store{func(context.Context, string) error {
		made.Add(1)
		defer in.Enter()()
		<-release
		return nil
	}})
	together(t, func() { serve(stays, h, first) }, func() { serve(stays, h, second) }, func() {
		inside = in.Live()
		close(release)
	})
	return inside, int(made.Load())
}

// Contract: "nor do they wait for each other".
func TestRequestsDoNotWaitForEachOther(t *testing.T) {
	pairs(func(first, second operation) {
		if inside, calls := underWay(t, first, second); inside < 2 && calls == 2 {
			t.Fatalf("%s was in the store, and %s waited until it was back;\nrequests do not wait for each other", first, second)
		}
	})
}

// Contract: "Equal requests are requests like any others."
func TestEqualRequestsHaveCallsOfTheirOwn(t *testing.T) {
	for _, op := range operations {
		if _, calls := underWay(t, op, op); calls < 2 {
			t.Errorf("%s was under way twice at the same time, and the store was called %d time; it is called for each request:\n"+
				"what happens to the one does not disturb the other", op, calls)
		}
	}
}

// Contract: "Requests do not disturb each other", here when one of two clients
// leaves.
func TestRequestsUnderWayDoNotMixUpTheirClients(t *testing.T) {
	err := wrap(1, context.Canceled)
	// of is the answer of op with nobody else under way.
	of := func(op operation, leaves bool) answer {
		c := newClient()
		defer c.leave()
		return failure(c.ctx, newHandler(store{func(context.Context, string) error {
			if leaves {
				c.leave()
			}
			return err
		}}), op)
	}
	for leaver, name := range []string{"the first of two clients", "the second of two clients"} {
		t.Run(name, func(t *testing.T) {
			pairs(func(first, second operation) {
				clients, ops, got := []client{newClient(), newClient()}, []operation{first, second}, make([]answer, 2)
				left := make(chan struct{}) // closed when all who watch its context have been told
				h := newHandler(store{func(context.Context, string) error {
					<-left
					return err
				}})
				together(t,
					func() { got[0] = failure(clients[0].ctx, h, first) },
					func() { got[1] = failure(clients[1].ctx, h, second) },
					func() { clients[leaver].leave(); close(left) })
				clients[1-leaver].leave()
				if want := of(ops[leaver], true); got[leaver] != want {
					t.Fatalf("%s left, %s and %s ended with context.Canceled: its answer was %q; without the other it is %q:\n"+
						"for each request its own context says whether its client has left", name, first, second, got[leaver], want)
				}
				if want := of(ops[1-leaver], false); got[1-leaver] != want {
					t.Fatalf("%s left, %s and %s ended with context.Canceled: the other client waited and read %q; without the first it is %q:\n"+
						"for each request its own context says whether its client has left", name, first, second, got[1-leaver], want)
				}
			})
		})
	}
}

// A slowError is an *InvalidError for errors.As. While it is asked for the
// turn'th time, it waits until ready is closed.
type slowError struct {
	invalid *errormap.InvalidError
	asked   *atomic.Int64
	turn    int64
	ready   <-chan struct{}
}

func (e slowError) Error() string { return "slow: " + e.invalid.Error() }

func (e slowError) As(target any) bool {
	invalid, ok := target.(**errormap.InvalidError)
	if !ok {
		return false
	}
	*invalid = e.invalid
	if e.asked.Add(1) == e.turn {
		<-e.ready
	}
	return true
}

// Contract: "Requests do not disturb each other", here when two are refused.
func TestRefusalsUnderWayKeepTheirFields(t *testing.T) {
	for _, op := range operations {
		for turn := range int64(3) { // errors.As may be asked more than once
			ready, got := make(chan struct{}), make([]answer, 2)
			slow := slowError{&errormap.InvalidError{Field: "content", Reason: "is too long"}, new(atomic.Int64), turn + 1, ready}
			quick := wrap(1, &errormap.InvalidError{Field: "dueDate", Reason: "has passed"})
			var calls atomic.Int64
			h := newHandler(store{func(context.Context, string) error {
				if calls.Add(1) == 1 {
					return slow
				}
				return quick
			}})
			together(t, func() { got[0] = failure(stays, h, op) }, func() { got[1] = failure(stays, h, op) }, func() { close(ready) })
			if got[0].field == "dueDate" || got[1].field == "content" {
				t.Fatalf("%s was refused twice at the same time, for the field content and for the field dueDate:\n"+
					"the answers were %q and %q; each names the field of its own error", op, got[0], got[1])
			}
		}
	}
}

// Contract: "Requests do not disturb each other", here "one after another".
func TestNothingIsLeftOfARequest(t *testing.T) {
	unknown := kind{"an unknown error", errors.New("connection reset"), internal}
	for _, op := range operations {
		for _, before := range append(append([]kind{}, kinds...), canceled, unknown) {
			for _, after := range append(append([]kind{}, kinds...),
				kind{"context.Canceled while the client waits", context.Canceled, internal}, unknown) {
				c := newClient()
				next := before.is
				h := newHandler(store{func(context.Context, string) error {
					if before.name == canceled.name {
						c.leave()
					}
					return next
				}})
				failure(c.ctx, h, op)
				c.leave()
				next = after.is
				got, want := failure(stays, h, op), failure(stays, newHandler(says(after.is)), op)
				if got != want {
					t.Fatalf("%s: after a request with %s, one with %s was answered %q; without the first it is %q:\n"+
						"requests do not disturb each other, one after another either", op, before.name, after.name, got, want)
				}
				next = nil
				if w := serve(stays, h, op); w.Code != op.success {
					t.Fatalf("%s: after failures with %s and %s a request that succeeds was answered %d; it is %d:\n"+
						"requests do not disturb each other, one after another either", op, before.name, after.name, w.Code, op.success)
				}
			}
		}
	}
}
