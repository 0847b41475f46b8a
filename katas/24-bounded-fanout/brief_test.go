package boundedfanout_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	boundedfanout "example.com/leakproof/katas/24-bounded-fanout"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: one call of Notes makes no more than limit calls at once.
func TestLimitIsReachedAndKept(t *testing.T) {
	for _, limit := range []int{1, 2, 8} {
		limitIsKept(t, limit, 1, 3*limit+1)
	}
}

// Restore 1: the limit is that of the service, for all calls of Notes together.
func TestCallersShareTheLimit(t *testing.T) {
	limitIsKept(t, 4, 3, 8)  // each could use it up alone,
	limitIsKept(t, 4, 12, 1) // and none
}

func limitIsKept(t *testing.T, limit, callers, ids int) {
	situation := fmt.Sprintf("limit %d, %d calls of Notes with %d ids of 1s each", limit, callers, ids)
	kit.Bubble(t, func(t *testing.T) {
		s := newStore(fake{after: time.Second})
		service := boundedfanout.NewService(s, limit)
		all := []*request{begin(caller, service, number("first", ids))}
		synctest.Wait() // the others find it at work
		for i := range callers - 1 {
			all = append(all, begin(caller, service, number(fmt.Sprint("next", i, "-"), ids)))
		}
		time.Sleep(500 * time.Millisecond)
		for left := callers * ids; left > 0; left -= limit {
			s.wantRunning(t, min(limit, left), limit, situation)
			time.Sleep(time.Second)
		}
		for _, r := range all {
			<-r.done
			r.want(t, r.took, situation) // who is served first is up to the service
		}
	})
}

// Restore 1: a call that was told to stop counts until it has returned.
func TestCallThatStopsKeepsItsSlot(t *testing.T) {
	const situation = "limit 3, the caller of 3 calls of the store leaves at 1s, and they need 1m to return"
	slow := fake{after: hung, unwind: time.Minute}
	kit.Bubble(t, func(t *testing.T) {
		s := newStore(fake{after: time.Second}, slow, slow, slow)
		service := boundedfanout.NewService(s, 3)
		ctx, cancel := context.WithTimeout(caller, time.Second)
		defer cancel()
		leaves := begin(ctx, service, number("n", 3))
		synctest.Wait()
		next := begin(caller, service, number("next", 6))
		<-next.done
		<-leaves.done
		time.Sleep(time.Minute) // for calls that outlive Notes
		if _, _, peak := s.seen(); peak > 3 {
			t.Fatalf("%s:\nanother call of Notes began %d before that; a call counts until it has returned (Restore 1)", situation, peak-3)
		}
		next.want(t, 63*time.Second, situation)
	})
}

// Restore 2: the goroutines do not grow with the ids.
func TestGoroutinesDoNotGrowWithTheIds(t *testing.T) {
	const n, limit = 200, 4
	kit.Bubble(t, func(t *testing.T) {
		service := boundedfanout.NewService(newStore(fake{after: time.Second}), limit)
		before := runtime.NumGoroutine() + 1 // one is begin's
		r := begin(caller, service, number("n", n))
		synctest.Wait()
		if more, most := runtime.NumGoroutine()-before, 2*limit+10; more > most {
			t.Errorf("Notes with %d ids and a limit of %d has %d goroutines;\n"+
				"it may have 2*limit + 10 = %d, however many ids there are (Restore 2)", n, limit, more, most)
		}
		<-r.done
	})
}

// Keep 3: no slot stays empty, however slow other calls are.
func TestFreeSlotIsTakenAtOnce(t *testing.T) {
	short := fake{after: 2 * time.Second}
	for _, c := range []struct {
		situation string
		first     []fake
		other     int // another call of Notes has so many ids, and begins before
		ids       int
		took      time.Duration
	}{
		{"the first call of the store takes 10s, 18 more take 1s", []fake{{after: 10 * time.Second}}, 0, 19, 10 * time.Second},
		{"another call of Notes has two ids of 2s, this one has 8 of 1s", []fake{short, short}, 2, 8, 4 * time.Second},
	} {
		situation := "limit 3; " + c.situation
		kit.Bubble(t, func(t *testing.T) {
			s := newStore(fake{after: time.Second}, c.first...)
			service := boundedfanout.NewService(s, 3)
			other := begin(caller, service, number("o", c.other))
			synctest.Wait()
			r := begin(caller, service, number("n", c.ids))
			time.Sleep(500 * time.Millisecond)
			for calls, _, _ := s.seen(); len(calls) < c.other+c.ids; calls, _, _ = s.seen() {
				s.wantRunning(t, 3, 3, situation)
				time.Sleep(time.Second)
			}
			r.want(t, c.took, situation)
			<-other.done
		})
		if t.Failed() {
			return // one example will do
		}
	}
}

// Keep 4: one note for each id, in the order of the ids, and every call of Notes
// asks the store itself.
func TestNotesComeInTheOrderOfTheIDs(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := newStore(fake{after: time.Second}, fake{after: 9 * time.Second}, fake{after: 5 * time.Second}) // the first answers last
		service, ids := boundedfanout.NewService(s, 20), number("n", 7)
		r := read(caller, service, ids)
		r.want(t, r.took, "limit 20, 7 ids")
		first, second := begin(caller, service, ids), begin(caller, service, ids)
		<-first.done
		<-second.done
		if calls, _, _ := s.seen(); len(calls) != 21 {
			t.Errorf("three calls of Notes with the same 7 ids, two of them at the same time, made %d calls of the store, want 21;\n"+
				"notes change, so each call asks once for each of its ids (Keep 4)", len(calls))
		}
	})
}
