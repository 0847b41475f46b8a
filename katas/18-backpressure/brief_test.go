package backpressure_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	backpressure "example.com/leakproof/katas/18-backpressure"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: also for those who come while others wait.
func TestTheWaitForASlotEnds(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 2)
		x.fill(t, "long")
		all := x.search(10, "long")
		time.Sleep(time.Second / 2)
		all = append(all, x.search(10, "long")...)
		time.Sleep(time.Second)
		synctest.Wait()
		if x.searches.Live() != 2 {
			return // the slots were not kept: a story of the tests of Keep 3 and 4
		}
		for _, r := range all {
			if wrong := r.refusal(); wrong != "" {
				t.Fatalf("limit 2, all slots were taken for an hour, and %s (Restore 1)", wrong)
			}
		}
	})
}

// refused returns a request that was. It is nil if requests are not refused in
// time, which is the story of the test above.
func refused(t *testing.T) (r *request) {
	t.Helper()
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1)
		x.fill(t, "long")
		r = x.search(1, "long")[0]
		time.Sleep(time.Second)
		if r.refusal() != "" {
			r = nil
		}
	})
	return r
}

func TestABurstIsAnswered(t *testing.T) {
	if refused(t) == nil { // one that comes alone
		return
	}
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 3)
		all := x.search(12, "long")
		time.Sleep(time.Second)
		if waiting := len(slices.DeleteFunc(all, (*request).over)) - x.searches.Live(); waiting > 0 {
			t.Errorf("limit 3, and 12 requests came at the same moment: 1s later, %d of them are still waiting for a slot.\n"+
				"They wait for at most 1s (Restore 1)", waiting)
		}
	})
}

// Restore 2.
func TestARefusalHasARetryAfter(t *testing.T) {
	if r := refused(t); r != nil && r.header.Get("Retry-After") == "" {
		t.Errorf("a request was refused with %d, and what was sent had no header Retry-After;\nits headers were %v (Restore 2)", r.status, r.header)
	}
}

func TestRetryAfterCanBeRead(t *testing.T) {
	r := refused(t)
	if r == nil || r.header.Get("Retry-After") == "" {
		return // the tests above say so
	}
	after := r.header.Get("Retry-After")
	_, noDate := http.ParseTime(after)
	if n, err := strconv.Atoi(after); noDate != nil && (err != nil || n < 1) {
		t.Errorf("a request was refused with Retry-After: %q;\n"+
			"clients read a number of whole seconds, here at least 1, or a date (Restore 2)", after)
	}
}

// Keep 3: limit searches run at once, and no more after some were refused.
func TestLimitIsReachedAndKept(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 3)
		for range 3 {
			x.search(6, "long")
			if live := x.searches.Live(); live != 3 {
				t.Fatalf("limit 3, and %d requests have come: %d searches run at once, want 3 (Keep 3)", len(x.requests), live)
			}
			time.Sleep(time.Second)
		}
	})
}

func TestHandlersShareTheLimit(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 3)
		x.fill(t, "long")
		x.handler = backpressure.NewHandler(x.service)
		x.search(3, "long")
		if x.searches.Live() == 6 { // one that runs 4 has the fault of the test above
			t.Errorf("limit 3, and 3 requests came to each of the two handlers of a service: 6 searches run, want 3 (Keep 3)")
		}
	})
}

func TestASearchThatStopsKeepsItsSlot(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1)
		x.unwind = 5 * time.Second
		x.fill(t, "long")[0].cancel()
		synctest.Wait()
		x.search(1, "long")
		time.Sleep(2 * time.Second)
		if x.searches.Live() > 1 {
			t.Errorf("limit 1, a client left, and its search needs 5s to return: another search began meanwhile.\n" +
				"One that was told to stop runs until it has returned (Keep 3)")
		}
	})
}

func TestAFreeSlotServesTheNext(t *testing.T) {
	for _, query := range []string{"short", "failing", "panicking"} {
		kit.Bubble(t, func(t *testing.T) {
			x := open(t, 2)
			wait(x.fill(t, query))
			x.wantFree(t, "2 "+query+" searches have ended")
		})
	}
}

func TestARefusalTakesNoSlot(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 2)
		for range 3 {
			x.fill(t, "long")
			x.search(10, "long")
			time.Sleep(time.Second) // these are refused
			x.search(8, "long")     // these too, or they wait
			leave(x.requests)
			x.wantFree(t, "10 requests were refused, 8 more came, and then all clients left")
		}
	})
}

// wantFree fails t unless the next searches get their slots at once.
func (x *site) wantFree(t *testing.T, when string) {
	t.Helper()
	next := x.search(x.limit, "short")
	wait(next)
	for _, r := range next {
		if r.status != http.StatusOK || r.took != time.Second {
			t.Fatalf("limit %d, %s:\nof the next %d requests, one got %s; want 200 after its search of 1s (Keep 3)", x.limit, when, x.limit, r)
		}
	}
}

// Keep 4.
func TestALongSearchIsNotCutShort(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1)
		all := x.fill(t, "long")
		wait(all)
		if r := all[0]; r.status != http.StatusOK || r.took != time.Hour {
			t.Errorf("a search that had a slot takes an hour, and its client got %s;\nit takes as long as it takes (Keep 4)", r)
		}
	})
}

func TestALeavingClientEndsItsRequest(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1)
		running := x.fill(t, "long")[0]
		waiting := x.search(1, "long")[0]
		waiting.cancel()
		if !waiting.over() {
			t.Errorf("a client left while its request was waiting for a slot, and its handler is still waiting:\nit ends at once (Keep 4)")
		}
		running.cancel()
		if !running.over() || x.searches.Live() > 0 {
			t.Errorf("the client of a search left, and the context of its search goes on:\nit ends at once (Keep 4)")
		}
	})
}

// Keep 5.
func TestHealthUnderLoad(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1)
		x.fill(t, "long")
		if r := x.get("/healthz"); !r.over() || r.status != http.StatusNoContent {
			leave(x.requests)
			t.Errorf("all slots were taken, and GET /healthz got %s; want 204 at once:\nelse the load balancer takes the instance for dead (Keep 5)", r)
		}
	})
}

// Keep 6.
func TestAFailureOfTheStoreIsA500(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		all := open(t, 1).fill(t, "failing")
		wait(all)
		if r := all[0]; r.status != http.StatusInternalServerError {
			t.Errorf("a request had its slot, and the store failed with %q: it got %s;\nwant 500 (Keep 6)", errFailing, r)
		}
	})
}

// Keep 3: whatever counts the searches is used by all requests at once. A bubble
// has one processor, where they take turns; here they meet on several.
func TestRequestsMeetOnSeveralProcessors(t *testing.T) {
	request := httptest.NewRequest(http.MethodGet, "/notes?q=milk", nil)
	kit.Race(t, "requests were served at the same time", 40, func(meet *kit.Barrier) []func() {
		h := backpressure.NewHandler(backpressure.NewService(quick{meet}, 6))
		return kit.Crowd(meet, 8, 24, func(int) {
			h.ServeHTTP(httptest.NewRecorder(), request.Clone(context.Background()))
		})
	})
}
