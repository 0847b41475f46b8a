package run_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A failure is one that a service cannot go on after.
type failure struct {
	begin func(*service)
	error
}

var failures = map[string]failure{
	"serving":  {func(x *service) { _ = x.Listener.Close() }, errServe},
	"indexing": {func(x *service) { close(x.broken) }, errIndex},
}

// in has the failure happen to x after some time, and requires that Run returns.
func (f failure) in(t *testing.T, x *service, after time.Duration) {
	t.Helper()
	time.Sleep(after)
	f.begin(x)
	x.wantEnd(t, fmt.Sprintf("%v: \"%v\"", after, f.error))
}

// wantEnd fails t unless Run returns, once the indexer has.
func (x *service) wantEnd(t *testing.T, failed string) {
	t.Helper()
	if x.returned() {
		return
	}
	x.release() // a Run that only waits for this is the subject of TestAFailureStopsTheIndexer
	if !x.returned() {
		t.Fatalf("a part failed after %s. Another %v later, Run hadn't returned:\n"+
			"it returns when a part fails, not only when its context ends (Restore 1)", failed, patience)
	}
}

// Restore 2: it's Run that ends, and not the process: there is more to do.
func TestAFailureEndsRunOnly(t *testing.T) {
	if how := died(); how != "" {
		t.Fatalf("a part failed, or main got a signal, and the process ended before Run had returned:\n"+
			"what's left to do isn't done any more (Restore 2). It ended with %s", how)
	}
}

// Keep 5: however it ends, nothing is left running; inBubble looks.
func TestNothingIsLeft(t *testing.T) {
	for _, end := range []func(*service){func(x *service) { x.signal() }, failures["indexing"].begin} {
		inBubble(t, func(t *testing.T, x *service) {
			x.run()
			end(x)
			_ = x.returned() // others require that
		})
	}
}

// Restore 1: a service that can't serve at all ends.
func TestServingFailsAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, x *service) {
		failures["serving"].begin(x)
		x.run()
		x.wantEnd(t, fmt.Sprintf("0s: %q", errServe))
	})
}

// Restore 1: so does one that fails later, whatever part it is.
func TestAPartFailsLater(t *testing.T) {
	for _, failure := range kit.Sorted(failures) {
		inBubble(t, func(t *testing.T, x *service) {
			x.run()
			failure.in(t, x, time.Hour)
		})
	}
}

// Restore 1: whoever called Run learns why.
func TestTheFailureIsReturned(t *testing.T) { wantFailureReturned(t, nil) }

// Restore 1: also if more goes wrong on the way out.
func TestCloseHidesNoFailure(t *testing.T) { wantFailureReturned(t, errClose) }

func wantFailureReturned(t *testing.T, closing error) {
	t.Helper()
	for part, failure := range kit.Sorted(failures) {
		inBubble(t, func(t *testing.T, x *service) {
			x.closing = closing
			x.run()
			failure.in(t, x, time.Second)
			if !errors.Is(x.err, failure.error) {
				t.Errorf("%s failed with \"%v\", Close of the store returned %v, and Run returned %v:\n"+
					"errors.Is doesn't find the failure in that (Restore 1)", part, failure.error, closing, x.err)
			}
		})
	}
}

// Restore 1: nor does it matter if several parts fail at the same moment.
func TestAllPartsFailAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, x *service) {
		x.run()
		failures["serving"].begin(x)
		failures["indexing"].in(t, x, 0)
	})
}

// Restore 2: a request that has begun is answered first.
func TestAFailureLetsRequestsFinish(t *testing.T) {
	for part, failure := range kit.Sorted(failures) {
		inBubble(t, func(t *testing.T, x *service) {
			x.run()
			r := x.get("3s")
			failure.in(t, x, time.Second)
			x.wantAnswered(t, r, part+" failed", "Restore 2")
		})
	}
}

// wantAnswered fails t unless r, which took 3s, was answered before Run returned.
func (x *service) wantAnswered(t *testing.T, r *response, what, clause string) {
	t.Helper()
	switch ok := r.ok(); {
	case !ok:
		t.Fatalf("a request took 3s, and %s at 1s: the client got %s;\nrequests that have begun get their response (%s)", what, r, clause)
	case x.at < r.at:
		t.Fatalf("a request took 3s, and %s at 1s: Run returned at %v, and then main exits.\n"+
			"Requests that have begun get their response first (%s)", what, x.at, clause)
	}
}

// Restore 2: the indexer is told to stop, and has the time to.
func TestAFailureStopsTheIndexer(t *testing.T) {
	inBubble(t, func(t *testing.T, x *service) {
		x.unwind = 5 * time.Second
		x.run()
		failures["serving"].begin(x)
		done, told := x.returned(), false
		if x.update(func() { told = x.told }); !told {
			t.Fatalf("serving failed, and %v later the context of the indexer hasn't ended:\nthe indexer is told to stop (Restore 2)", patience)
		}
		if !done || x.at < x.unwind {
			t.Errorf("serving failed at 0s, the indexer needed 5s to stop, and Run returned at %v:\nit waits for the indexer (Restore 2)", x.at)
		}
	})
}

// Restore 2: then the store is closed.
func TestAFailureClosesTheStore(t *testing.T) {
	for part, failure := range kit.Sorted(failures) {
		inBubble(t, func(t *testing.T, x *service) {
			x.unwind = 5 * time.Second
			x.run()
			x.get("3s")
			failure.in(t, x, time.Second)
			x.wantClosed(t, part+" failed", "Restore 2")
		})
	}
}

// wantClosed fails t unless the store was closed once, when nobody used it any more.
func (x *service) wantClosed(t *testing.T, what, clause string) {
	t.Helper()
	if x.closed != 1 {
		t.Fatalf("%s, and when Run had returned, the store had been closed %d times; want once (%s)", what, x.closed, clause)
	}
	if x.inUse != "" {
		t.Fatalf("%s, and the store was closed while %s was still using it:\nthe store comes last (%s)", what, x.inUse, clause)
	}
}

// Keep 3: a service that's told to stop was no failure.
func TestACleanStopReturnsNil(t *testing.T) { wantCleanStop(t, nil) }

// Keep 3: nor is the signal one. As of Go 1.26, signal.NotifyContext has it for a cause.
func TestASignalIsNoFailure(t *testing.T) { wantCleanStop(t, errors.New("terminated signal received")) }

func wantCleanStop(t *testing.T, cause error) {
	t.Helper()
	inBubble(t, func(t *testing.T, x *service) {
		x.cause = cause
		x.run()
		time.Sleep(time.Hour)
		if note, failed := x.get("1s"), x.get("unreadable"); !note.ok() || failed.ok() || failed.status != http.StatusInternalServerError {
			t.Errorf("a request for a note got %s, and one on which the store failed %s;\nwant 200 with JSON, and 500 (Keep 3)", note, failed)
		}
		if x.done {
			t.Fatalf("nothing had failed, and Run returned %v at %v:\nit serves until its context ends (Keep 3)", x.err, x.at)
		}
		x.stop(t)
		if x.err != nil {
			t.Errorf("nothing had failed, main got a signal, and Run returned \"%v\"; want nil (Keep 3)", x.err)
		}
	})
}

// stop has main get a signal, and requires that Run returns.
func (x *service) stop(t *testing.T) {
	t.Helper()
	x.signal()
	if !x.returned() {
		t.Fatalf("main got a signal, and %v later Run hadn't returned (Keep 3)", patience)
	}
}

// Keep 3: and it stops in the same order.
func TestACleanStopFinishesFirst(t *testing.T) {
	for _, unwind := range []time.Duration{0, 5 * time.Second} {
		inBubble(t, func(t *testing.T, x *service) {
			x.unwind = unwind
			x.run()
			r := x.get("3s")
			time.Sleep(time.Second)
			x.stop(t)
			x.wantAnswered(t, r, "main got a signal", "Keep 3")
			x.wantClosed(t, "main got a signal", "Keep 4")
		})
	}
}

// Keep 4: what the store couldn't write is no secret.
func TestTheErrorOfTheStoreIsReturned(t *testing.T) {
	inBubble(t, func(t *testing.T, x *service) {
		x.closing = errClose
		x.run()
		x.stop(t)
		if !errors.Is(x.err, errClose) {
			t.Errorf("main got a signal, Close of the store returned \"%v\", and Run returned %v:\n"+
				"errors.Is doesn't find the store's error in that (Keep 4)", errClose, x.err)
		}
	})
}
