package workerpool_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	workerpool "example.com/leakproof/katas/17-worker-pool"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: when a call fails, the calls beside it are told to stop.
func TestTheFirstFailureStopsTheOthers(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: 10 * time.Second}, first: []call{{takes: 3 * time.Second, err: errBoom}}}
		_, _ = copyNotes(caller, a, workers)
		synctest.Wait()
		if told := a.told.Load(); told != workers-1 {
			t.Errorf("one of %d running calls failed at 3s, and of the others %d were told to stop, want %d:\n"+
				"the context of every running call ends (Restore 1)", workers, told, workers-1)
		}
	})
}

// Restore 3: Copy waits for the calls that need a moment to stop.
func TestNoCallOutlivesTheRun(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: 10 * time.Second, unwind: time.Second}, first: []call{{takes: 3 * time.Second, err: errBoom}}}
		_, took := copyNotes(caller, a, workers)
		if live := a.running.Live(); live > 0 {
			t.Errorf("a call failed at 3s, and Copy returned at %v while %d other calls were still running:\nwhen it returns, nothing of the run is left (Restore 3)", took, live)
		}
	})
}

// Restore 3: nor is anybody left who hands out notes. All workers meet a failure
// at once; the bubble looks for what remains.
func TestNoGoroutineOutlivesTheRun(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		_, _ = copyNotes(caller, &archive{normal: call{takes: time.Second, err: errBoom}}, 100)
	})
}

// Restore 1: after a failure each worker begins at most one more call, also if the
// calls beside it do not listen and succeed.
func TestOneMoreCallForEachWorker(t *testing.T) {
	for range 8 { // a wrong repair may be lucky
		for _, normal := range []call{{takes: time.Second, err: errBoom}, {takes: 10 * time.Second, deaf: true}} {
			kit.Bubble(t, func(t *testing.T) {
				a := &archive{normal: normal, first: []call{{takes: time.Second, err: errBoom}}}
				_, _ = copyNotes(caller, a, 1000)
				if more := len(a.begun()) - workers; more > workers {
					t.Errorf("%d calls were running, one of them failed, and then %d more calls began;\n"+
						"want at most %d, one for each worker (Restore 1)", workers, more, workers)
				}
			})
		}
		if t.Failed() {
			return
		}
	}
}

// Restore 2: when the caller's context ends, the calls are told to stop as well.
func TestTheCallerStopsTheRun(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: 10 * time.Second}}
		_, took := copyNotes(leaving(), a, 1000)
		synctest.Wait()
		if told := a.told.Load(); told < workers || took > leaves {
			t.Errorf("the caller's context ended at %v, %d of the %d running calls were told to stop, and Copy returned at %v:\n"+
				"the end of the caller's context ends the run (Restore 2)", leaves, told, workers, took)
		}
	})
}

// Restore 2: the error of the caller's context is found, whatever its cause.
func TestTheCallersErrorIsFound(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		err, _ := copyNotes(leaving(), &archive{normal: call{takes: 10 * time.Second}}, 100)
		wantError(t, err, context.Canceled, "the caller's context ended with a cause of its own", "errors.Is finds the error of the context (Restore 2)")
	})
}

// Keep 4 and 5: each note is added once, by all workers; then Copy returns.
func TestEveryNoteIsCopied(t *testing.T) {
	for _, n := range []int{3, 50} {
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{normal: call{takes: time.Second}}
			err, took := copyNotes(caller, a, n)
			calls := a.begun()
			if once := slices.Compact(slices.Sorted(slices.Values(calls))); err != nil || len(calls) != n || len(once) != n {
				t.Errorf("%d notes: Copy returned the error \"%v\" after %d calls for %d notes;\nwant one call for each (Keep 4)", n, err, len(calls), len(once))
			}
			if want := time.Duration((n+workers-1)/workers) * time.Second; took != want {
				t.Errorf("%d notes of a second each took %d workers %v, want %v:\nall of them work, and then Copy returns (Keep 4 and 5)", n, workers, took, want)
			}
		})
	}
}

// Keep 4: no worker waits for another one's call.
func TestASlowNoteHoldsUpNobody(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: time.Second}, first: []call{{takes: 10 * time.Second}}}
		if _, took := copyNotes(caller, a, 31); took > 10*time.Second {
			t.Errorf("one note takes 10s, 30 more take 1s each, and %d workers needed %v, want 10s;\n"+
				"the others need not wait for the one with the slow note (Keep 4)", workers, took)
		}
	})
}

// Keep 6: the error is that of the call that failed first, alone.
func TestTheErrorIsThatOfTheFirstFailure(t *testing.T) {
	for range 8 { // a wrong repair may be lucky
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{normal: call{takes: time.Hour}, first: []call{{takes: time.Second, err: errBoom}}}
			err, _ := copyNotes(kit.SlowCancel(), a, 100) // others return before whoever cancels goes on
			wantError(t, err, errBoom, fmt.Sprintf("the first call to fail said %q", errBoom), "that failure is the error (Keep 6)")
			if errors.Is(err, context.Canceled) {
				t.Errorf("the first call to fail said %q, and Copy returned the error %q:\nerrors.Is also finds in it what stopped calls return (Keep 6)", errBoom, err)
			}
		})
		if t.Failed() {
			return
		}
	}
}

// Keep 6: a run that lacks a note is no success, also if no call has failed.
func TestHalfACopyIsNoSuccess(t *testing.T) {
	for n := 3*workers + 1; n <= 5*workers; n++ {
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{normal: call{takes: time.Second, deaf: true}}
			err, _ := copyNotes(leaving(), a, n)
			if added := len(a.begun()); added < n && err == nil {
				t.Errorf("the caller left at %v, no call failed, %d of %d notes were added, and Copy returned no error:\n"+
					"it returns nil only if all notes were added (Keep 6)", leaves, added, n)
			}
		})
	}
}

// Keep 6: a complete run is a success, also if the caller's context has ended.
func TestACompleteRunIsASuccess(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: time.Second, deaf: true}}
		err, _ := copyNotes(leaving(), a, 3*workers) // the caller leaves during the last calls
		if err != nil && len(a.begun()) == 3*workers {
			t.Errorf("the caller's context ended during the last calls, all notes were added, and Copy returned the error %q:\na complete run is a success (Keep 6)", err)
		}
	})
}

// Keep 7: runs share neither workers nor failures.
func TestRunsDoNotKnowOfEachOther(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: time.Second}, first: []call{{takes: 1500 * time.Millisecond, err: errBoom}}}
		service := workerpool.NewService(a, workers)
		go func() { _ = service.Copy(caller, notes(4*workers)) }()
		synctest.Wait()
		for _, when := range []string{"beside a run that fails", "after a run that failed"} {
			start := time.Now()
			err := service.Copy(caller, notes(4*workers))
			if took := time.Since(start); err != nil || took != 4*time.Second {
				t.Errorf("%s, a run of %d notes returned the error \"%v\" after %v,\nwant none after 4s (Keep 7)", when, 4*workers, err, took)
			}
		}
	})
}
