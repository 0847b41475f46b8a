package shutdown_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1.
func TestNobodyIsToldInTheGrace(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := newSite(t, 10*time.Second).run()
		x.export("3s", "9.9s")
		if told := x.stop(t).told; len(told) > 0 {
			t.Errorf("grace 10s: the context of a request ended %v after ctx had;\nrequests that have begun have the whole grace to finish (Restore 1)", told[0])
		}
	})
}

func TestRequestsMayFinish(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := newSite(t, 10*time.Second).run()
		x.export("3s", "8s")
		if seen := x.stop(t); seen.left > 0 {
			t.Errorf("grace 10s, and 2 requests need 3s and 8s: Run returned %v after ctx had ended, with %d of them still running;\n"+
				"the process ends with Run. Requests have the grace to finish (Restore 1)", seen.at, seen.left)
		}
	})
}

func TestResponsesAreWhole(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := newSite(t, 10*time.Second).run()
		x.export("3s", "8s")
		seen := x.stop(t)
		if seen.left > 0 || len(seen.told) > 0 {
			return // other tests speak of that
		}
		for _, r := range x.requests {
			if r.got != whole {
				t.Fatalf("grace 10s, and 2 requests need 3s and 8s in the store: Run returned %v after ctx had ended.\n"+
					"By then one client had read %q, want the whole response. The process ends with Run (Restore 1)", seen.at, r.got)
			}
		}
	})
}

func TestTheStopEndsWithTheLastRequest(t *testing.T) {
	for _, need := range []time.Duration{0, 3 * time.Second} {
		kit.Bubble(t, func(t *testing.T) {
			x := newSite(t, 10*time.Second).run()
			x.export("0s", need.String())
			if seen := x.stop(t); seen.at > need+poll {
				t.Errorf("grace 10s, and the last request ended %v after ctx: Run returned at %v;\nit returns when the last one has ended (Restore 1)", need, seen.at)
			}
		})
	}
}

// Restore 2.
func TestWhoDoesNotListenIsLeft(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := newSite(t, 5*time.Second)
		x.unwind = time.Hour
		x.run().export("1h")
		if seen := x.stop(t); seen.at > 5*time.Second+last+poll || seen.closes != 1 {
			t.Errorf("grace 5s, and a request goes on whatever its context says: Run returned at %v. Calls of the store's Close: %d;\n"+
				"want 1, and %v after the grace Run returns (Restore 2)", seen.at, seen.closes, last)
		}
	})
}

func TestTheContextsEndAfterTheGrace(t *testing.T) {
	for _, grace := range []time.Duration{2 * time.Second, 10 * time.Second} {
		kit.Bubble(t, func(t *testing.T) {
			x := newSite(t, grace).run()
			x.export("1s", "1h")
			if seen := x.stop(t); len(seen.told) == 0 || seen.told[0] > grace+poll {
				t.Errorf("grace %v, and a request needs an hour: Run returned at %v, and contexts of requests had ended at %v;\n"+
					"those of requests that still run end after the grace (Restore 2)", grace, seen.at, seen.told)
			}
		})
	}
}

func TestWhoIsToldHasASecond(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := newSite(t, 5*time.Second)
		x.unwind = last - 100*time.Millisecond
		x.run().export("1h", "1h")
		if seen := x.stop(t); seen.left > 0 && len(seen.told) > 0 {
			t.Errorf("grace 5s, and 2 requests need %v to return when they're told to stop, at %v:\n"+
				"Run returned at %v, and %d of them were still running. They have %v (Restore 2)", x.unwind, seen.told[0], seen.at, seen.left, last)
		}
	})
}

// Restore 3.
func TestTheStoreIsClosedLast(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := newSite(t, 5*time.Second)
		x.unwind = last - 100*time.Millisecond
		x.run().export("3s", "1h")
		if seen := x.stop(t); seen.inUse > 0 || seen.closes != 1 {
			t.Errorf("grace 5s. One request needs 3s, another one is told to stop and needs %v for that:\n"+
				"the store's Close was called while %d of them used it, and %d times in all; want once, when nobody uses it (Restore 3)", x.unwind, seen.inUse, seen.closes)
		}
	})
}

// Keep 4.
func TestNoConnectionIsAccepted(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := newSite(t, 10*time.Second).run()
		x.export("3s")
		x.signal()
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := x.net.Dial(ctx); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a client came 1s after ctx had ended, and was let in, or left waiting (error %v); no connection is accepted any more (Keep 4)", err)
		}
	})
}

// Keep 5.
func TestTheErrorOfAStop(t *testing.T) {
	for _, closing := range []error{nil, errClose} {
		kit.Bubble(t, func(t *testing.T) {
			x := newSite(t, 10*time.Second)
			x.closing = closing
			x.run().export("0s", "3s")
			if seen := x.stop(t); !errors.Is(seen.err, closing) && seen.left == 0 {
				t.Errorf("every request finished in the grace, and the store's Close returned %v: Run returned %v (Keep 5)", closing, seen.err)
			}
		})
	}
}

// Keep 6.
func TestAFailureEndsRun(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := newSite(t, 10*time.Second)
		_ = x.net.Close()
		x.run()
		select {
		case <-x.returned:
		case <-time.After(patience):
			t.Fatalf("serving failed, and %v later Run was still waiting; it returns (Keep 6)", patience)
		}
		if seen := x.now(); !errors.Is(seen.err, net.ErrClosed) || seen.closes != 1 {
			t.Errorf("serving failed with %q: Run returned %v. Calls of the store's Close: %d; want that error, and 1 (Keep 6)", net.ErrClosed, seen.err, seen.closes)
		}
	})
}

// Keep 7.
func TestRequestsTakeAsLongAsTheyTake(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := newSite(t, time.Second).run()
		x.export("1h")
		r := x.requests[0]
		if <-r.done; r.got != whole {
			t.Errorf("nobody stops the service, and a request needs an hour: its client got %q; want the whole response (Keep 7)", r.got)
		}
	})
}
