package backpressure_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// refusal says what is wrong with the answer to r, which came more than a second
// ago, while all slots were taken. "" is nothing.
func (x *site) refusal(r *request) string {
	switch {
	case !r.over() || r.took > time.Second:
		return "a request still waited 1s after it had come:\nthat is the longest wait"
	case r.status != http.StatusTooManyRequests && r.status != http.StatusServiceUnavailable:
		return fmt.Sprintf("a request that found none got %s;\nwant 429 or 503", r)
	}
	return ""
}

// Restore 1: who finds no slot waits for at most a second, and so do those who
// come while others wait.
func TestTheWaitForASlotEnds(t *testing.T) {
	for _, limit := range []int{1, 3} {
		kit.Bubble(t, func(t *testing.T) {
			x := open(t, limit, 1)
			x.fill(t, "long")
			all := x.search(10, "long")
			for range 10 {
				time.Sleep(100 * time.Millisecond)
				all = append(all, x.search(1, "long")...)
			}
			time.Sleep(time.Second)
			now := x.now()
			if now.told > 0 || now.peak > limit {
				return // the slots were not kept: a story of the tests of Keep 3 and 4
			}
			for _, r := range all {
				if wrong := x.refusal(r); wrong != "" {
					t.Fatalf("limit %d, all slots were taken for an hour, and %s (Restore 1)", limit, wrong)
				}
			}
			if now.calls != limit {
				t.Errorf("limit %d, all slots were taken, %d more requests were refused, and the store was asked %d times:\n"+
					"it isn't asked for a request that got no slot (Restore 1)", limit, len(all), now.calls)
			}
		})
	}
}

// refused returns a request that was. It is nil if requests are not refused in
// time, which is the story of the test above.
func refused(t *testing.T) *request {
	t.Helper()
	x := open(t, 1, 1)
	x.fill(t, "long")
	r := x.search(1, "long")[0]
	time.Sleep(time.Second)
	if x.refusal(r) != "" {
		return nil
	}
	return r
}

// Restore 1: so do requests that come at the same moment, while slots are free.
func TestABurstIsAnswered(t *testing.T) {
	const limit, burst = 3, 12
	kit.Bubble(t, func(t *testing.T) {
		if refused(t) == nil { // one that comes alone
			return
		}
		x := open(t, limit, 1)
		all := x.search(burst, "long")
		time.Sleep(time.Second)
		waiting := -x.now().live
		for _, r := range all {
			if !r.over() {
				waiting++
			}
		}
		if waiting > 0 {
			t.Errorf("limit %d, and %d requests came at the same moment: 1s later, %d searches run,\n"+
				"and %d more requests are still waiting. They wait for at most 1s (Restore 1)", limit, burst, x.now().live, waiting)
		}
	})
}

// Restore 2: a refusal says when to try again.
func TestARefusalHasARetryAfter(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if r := refused(t); r != nil && r.header.Get("Retry-After") == "" {
			t.Errorf("a request was refused with %d, and what was sent had no header Retry-After;\nits headers were %v (Restore 2)", r.status, r.header)
		}
	})
}

// Restore 2: in whole seconds, or as a date.
func TestRetryAfterCanBeRead(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		r := refused(t)
		if r == nil {
			return
		}
		after := r.header.Get("Retry-After")
		_, noDate := http.ParseTime(after)
		if n, err := strconv.Atoi(after); after != "" && noDate != nil && (err != nil || n < 1) {
			t.Errorf("a request was refused with Retry-After: %q;\n"+
				"clients read a number of whole seconds, here at least 1, or a date (Restore 2)", after)
		}
	})
}

// Keep 3: limit searches run at once.
func TestLimitIsReachedAndKept(t *testing.T) { limitHolds(t, 1, "a service") }

// Keep 3: also if their requests come through several handlers of the service.
func TestHandlersShareTheLimit(t *testing.T) { limitHolds(t, 2, "a service with 2 handlers") }

func limitHolds(t *testing.T, handlers int, service string) {
	t.Helper()
	for _, limit := range []int{1, 2, 5} {
		kit.Bubble(t, func(t *testing.T) {
			x := open(t, limit, handlers)
			for range 3 {
				x.search(2*limit, "long")
				if now := x.now(); now.live != limit || now.peak > limit {
					t.Fatalf("limit %d, and %d requests came to %s: %d searches run,\n"+
						"and up to %d ran at once; want %d (Keep 3)", limit, len(x.requests), service, now.live, now.peak, limit)
				}
				time.Sleep(time.Second)
			}
		})
	}
}

// Keep 3: a search that was told to stop counts until it has returned.
func TestASearchThatStopsKeepsItsSlot(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1, 1)
		x.unwind = 5 * time.Second
		x.fill(t, "long")[0].cancel()
		_ = x.now()
		x.search(1, "long")
		time.Sleep(2 * time.Second)
		if peak := x.now().peak; peak > 1 {
			t.Errorf("limit 1, a client left, and its search needs 5s to return: another search began meanwhile.\n" +
				"One that was told to stop runs until it has returned (Keep 3)")
		}
	})
}

// Keep 3: a free slot serves the next one, however the last search ended.
func TestAFreeSlotServesTheNext(t *testing.T) {
	const limit = 2
	for query, end := range kit.Sorted(map[string]func(*site, []*request){
		"short":     func(_ *site, all []*request) { wait(all) },
		"failing":   func(_ *site, all []*request) { wait(all) },
		"panicking": func(_ *site, all []*request) { wait(all) },
		"long": func(x *site, all []*request) { // some are refused before their clients leave, others wait
			flood := x.search(10, "long")
			for range 100 {
				if flood[0].over() {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			flood = append(flood, x.search(8, "long")...)
			_ = x.now()
			leave(append(flood, all...))
		},
	}) {
		t.Run(query, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				x, ended := open(t, limit, 1), "2 "+query+" searches have ended"
				if query == "long" {
					ended = "10 requests were refused, 8 more came, and then their clients and those of 2 searches left"
				}
				for range 3 {
					end(x, x.fill(t, query))
					next := x.search(limit, "short")
					wait(next)
					for _, r := range next {
						if r.status != http.StatusOK || r.took != time.Second {
							t.Fatalf("limit 2, %s:\nof the next 2 requests, one got %s; want 200 after its search of 1s (Keep 3)", ended, r)
						}
					}
				}
			})
		})
	}
}

// Keep 4: a search takes as long as its client stays.
func TestALongSearchIsNotCutShort(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1, 1)
		all := x.fill(t, "long")
		x.search(3, "short") // others come, and find no slot
		wait(all)
		if r := all[0]; r.status != http.StatusOK || r.took != time.Hour {
			t.Errorf("a search that had a slot takes an hour, and its client got %s;\nit takes as long as it takes (Keep 4)", r)
		}
	})
}

// Keep 4: when the client leaves, its search ends.
func TestALeavingClientEndsItsSearch(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1, 1)
		all := x.fill(t, "long")
		time.Sleep(10 * time.Second)
		all[0].cancel()
		if told := x.now().told; told == 0 {
			t.Errorf("the client of a search left at 10s, and the context of its search goes on:\nit ends at once (Keep 4)")
		}
		wait(all)
	})
}

// Keep 4: and so does its wait.
func TestALeavingClientEndsItsWait(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1, 1)
		x.fill(t, "long")
		r := x.search(1, "long")[0]
		time.Sleep(200 * time.Millisecond)
		r.cancel()
		if !r.over() {
			t.Errorf("a client left at 200ms, while its request was waiting for a slot, and its handler is still waiting;\n" +
				"the wait ends at once (Keep 4)")
		}
	})
}

// Keep 5: the process is alive, however many searches run.
func TestHealthUnderLoad(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 1, 1)
		x.fill(t, "long")
		x.search(5, "long")
		if r := x.get("/healthz"); !r.over() || r.status != http.StatusNoContent {
			leave(x.requests)
			t.Errorf("all slots were taken, and GET /healthz got %s; want 204 at once:\nelse the load balancer takes the instance for dead (Keep 5)", r)
		}
	})
}

// Keep 6: the other answers.
func TestOtherResponsesStay(t *testing.T) {
	for _, query := range []string{"short", "failing", "late", "stopped"} {
		kit.Bubble(t, func(t *testing.T) {
			r := open(t, 1, 1).fill(t, query)[0]
			<-r.done
			isJSON := strings.HasPrefix(r.header.Get("Content-Type"), "application/json")
			switch err := searches[query].error; {
			case err != nil && (r.status != http.StatusInternalServerError || strings.Contains(r.body, "n-1")):
				t.Errorf("a request had its slot, and the store failed with \"%v\": it got %s and the body %q;\n"+
					"want 500 and no notes (Keep 6)", err, r, r.body)
			case err == nil && (r.status != http.StatusOK || !isJSON || strings.TrimSpace(r.body) != `[{"id":"n-1","title":"Milk"}]`):
				t.Errorf("the store found the note n-1: its client got %s, the type %q and the body %q;\n"+
					"want 200 and the notes as JSON (Keep 6)", r, r.header.Get("Content-Type"), r.body)
			}
		})
	}
}
