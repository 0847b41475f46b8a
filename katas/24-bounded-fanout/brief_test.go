package boundedfanout_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	boundedfanout "example.com/leakproof/katas/24-bounded-fanout"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: one call of Notes makes no more than limit calls at once.
func TestLimitIsReachedAndKept(t *testing.T) {
	limitIsKept(t, 8, 1, 25)
	limitIsKept(t, 1, 1, 4)
}

// Restore 1: the limit is that of the service, for all calls of Notes together.
func TestCallersShareTheLimit(t *testing.T) {
	limitIsKept(t, 4, 3, 7)  // each could use it up alone,
	limitIsKept(t, 4, 12, 1) // and none
}

func limitIsKept(t *testing.T, limit, callers, ids int) {
	situation := fmt.Sprintf("limit %d (callers of Notes: %d, ids of each: %d, time for each id: 1s)", limit, callers, ids)
	kit.Bubble(t, func(t *testing.T) {
		s := &store{normal: call{takes: time.Second}}
		service := boundedfanout.NewService(s, limit)
		var all []*request
		for range callers {
			all = append(all, begin(caller, service, ids))
		}
		time.Sleep(500 * time.Millisecond)
		for left := callers * ids; left > 0; left -= limit {
			s.wantRunning(t, min(limit, left), limit, situation, all...)
			time.Sleep(time.Second)
		}
		for _, r := range all {
			<-r.done
		}
	})
}

// Restore 2: the goroutines do not grow with the ids.
func TestGoroutinesDoNotGrowWithTheIds(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		before := runtime.NumGoroutine() + 1 // one is begin's
		r := begin(caller, boundedfanout.NewService(&store{normal: call{takes: time.Second}}, 4), 200)
		synctest.Wait()
		if more := runtime.NumGoroutine() - before; more > 2*4+10 {
			t.Errorf("Notes with 200 ids and a limit of 4 has %d goroutines;\n"+
				"it may have 2*limit + 10 = 18, however many ids there are (Restore 2)", more)
		}
		<-r.done
	})
}

// Restore 1: a call that was told to stop counts until it has returned.
func TestCallThatStopsKeepsItsSlot(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := &store{normal: call{takes: 2 * time.Second, unwind: time.Minute}}
		service := boundedfanout.NewService(s, 3)
		early, cancel := context.WithTimeout(caller, time.Second)
		defer cancel()
		begin(early, service, 3)
		synctest.Wait()
		late, cancel := context.WithTimeout(caller, 2*time.Second)
		defer cancel()
		begin(late, service, 6)
		synctest.Wait()
		before := s.begun.Load()
		time.Sleep(1500 * time.Millisecond)
		if more := s.begun.Load() - before; more > 0 {
			t.Errorf("limit 3; the caller of 3 calls of the store leaves at 1s, and they need 1m to return: another call of Notes began %d before that;\n"+
				"a call counts until it has returned (Restore 1)", more)
		}
		time.Sleep(2 * time.Minute) // until all have returned
	})
}

// Keep 3: no slot stays empty, however slow another call is.
func TestFreeSlotIsTakenAtOnce(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := &store{normal: call{takes: time.Second}, first: []call{{takes: 10 * time.Second}}}
		r := begin(caller, boundedfanout.NewService(s, 3), 19)
		time.Sleep(500 * time.Millisecond)
		for range 9 { // two slots for 18 calls
			s.wantRunning(t, 3, 3, "limit 3; the first call of the store takes 10s, 18 more take 1s", r)
			time.Sleep(time.Second)
		}
		<-r.done
	})
}

// Keep 4: the notes come in the order of the ids, whichever is there first.
func TestNotesComeInTheOrderOfTheIDs(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := &store{normal: call{takes: time.Second}, first: []call{{takes: 9 * time.Second}, {takes: 5 * time.Second}}}
		begin(caller, boundedfanout.NewService(s, 20), 7).want(t, "limit 20, the first two of 7 calls of the store answer last")
	})
}

// Keep 5: a failure ends the call of Notes.
func TestFailureEndsTheCall(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		isOverAt1s(t, caller, call{takes: time.Second, err: errBoom}, "a call of the store failed at 1s", "Keep 5")
	})
}

// Keep 5: the first failure is the error, not what the stopped calls say.
func TestFirstFailureIsTheOneReturned(t *testing.T) {
	for _, err := range slices.Repeat([]error{errBoom, context.DeadlineExceeded}, 8) { // a wrong repair may be lucky
		kit.Bubble(t, func(t *testing.T) {
			s := &store{normal: call{takes: hung}, first: []call{{takes: time.Second, err: err}}}
			begin(kit.SlowCancel(), boundedfanout.NewService(s, 4), 12).
				wantError(t, err, fmt.Sprintf("a call of the store failed with %q, and the others were stopped because of it", err), "Keep 5")
		})
		if t.Failed() {
			return
		}
	}
}

// Keep 6: a caller that waits for a slot gets out, and nothing of it stays behind.
func TestWaitingCallerGetsOut(t *testing.T) {
	const situation = "another call of Notes has every slot, and the caller leaves at 1s"
	kit.Bubble(t, func(t *testing.T) {
		_, took, left := leaveTheQueue()
		if took > time.Second {
			t.Errorf("%s: Notes returned at %v;\nit waits for nothing but its own running calls (Keep 6)", situation, took)
		} else if left > 0 {
			t.Errorf("%s: Notes has returned, and goroutines of it are still there: %d;\nthey wait although nobody needs them (fine print)", situation, left)
		}
	})
}

// Keep 6: notes that were never asked for are an error, although no call failed.
func TestHalfAnAnswerIsAnError(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		r, _, _ := leaveTheQueue()
		r.wantError(t, context.DeadlineExceeded, "the caller left at 1s, and its ids waited for a slot until then", "Keep 6")
	})
}

// leaveTheQueue calls Notes while another call of it has every slot, and leaves at
// 1s. It says when Notes returned, and how many goroutines of it were left then.
func leaveTheQueue() (r *request, took time.Duration, left int) {
	service := boundedfanout.NewService(&store{normal: call{takes: 10 * time.Minute}}, 2)
	other := begin(caller, service, 2)
	synctest.Wait()
	start, before := time.Now(), runtime.NumGoroutine()
	ctx, cancel := context.WithTimeout(caller, time.Second)
	defer cancel()
	r = begin(ctx, service, 5)
	<-r.done
	took = time.Since(start)
	synctest.Wait()
	left = runtime.NumGoroutine() - before
	<-other.done
	return r, took, left
}

// Keep 6: the end of the caller's context ends the call of Notes, whatever its cause.
func TestCallerEndsTheCall(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(caller, time.Second, errors.New("shutting down"))
		defer cancel()
		isOverAt1s(t, ctx, call{takes: hung, unwind: time.Minute}, "the caller's context ended at 1s", "Keep 6").
			wantError(t, context.DeadlineExceeded, "the caller's context ended with the cause \"shutting down\"", "Keep 6")
	})
}

// isOverAt1s requires that a call of Notes, whose first call of the store goes like
// this, stops the others at 1s and begins no more, and that another Notes goes on.
func isOverAt1s(t *testing.T, ctx context.Context, first call, what, clause string) *request {
	t.Helper()
	s := &store{normal: call{takes: hung, unwind: time.Minute}, first: []call{{takes: hung}, first}}
	service := boundedfanout.NewService(s, 4)
	other := begin(caller, service, 1)
	synctest.Wait()
	r := begin(ctx, service, 40)
	time.Sleep(time.Second)
	synctest.Wait()
	begun := s.begun.Load()
	time.Sleep(2 * time.Minute) // who was told to stop has stopped
	if more := s.begun.Load() - begun; more > 0 {
		t.Errorf("%s, and %d more calls of the store began later;\nno more begin (%s)", what, more, clause)
	} else if running := s.running.Live() - 1; running > 0 {
		t.Errorf("%s, and of the calls of the store that ran then, %d were not told to stop;\ntheir contexts went on (%s)", what, running, clause)
	}
	<-r.done
	other.want(t, "beside a call of Notes that ended early")
	return r
}
