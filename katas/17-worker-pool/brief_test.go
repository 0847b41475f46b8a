package workerpool_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	workerpool "example.com/leakproof/katas/17-worker-pool"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: when a call fails, the calls beside it are told to stop.
func TestTheFirstFailureStopsTheOthers(t *testing.T) {
	for _, failing := range []string{"n0", "n3"} {
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{normal: call{takes: 10 * time.Second}, special: map[string]call{failing: {takes: 3 * time.Second, err: errBoom}}}
			_, _ = copyNotes(caller, a, workers)
			a.wantTold(t, failing, 3*time.Second, "the call for note "+failing+" failed", "Restore 1")
		})
	}
}

// Restore 3: Copy waits for the calls that need a moment to stop.
func TestNoCallOutlivesTheRun(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: 10 * time.Second, unwind: time.Second}, special: map[string]call{"n2": {takes: 3 * time.Second, err: errBoom}}}
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

// Restore 1: at most one more call for each worker, also if those beside the
// failure do not listen and succeed.
func TestOneMoreCallForEachWorker(t *testing.T) {
	for range 8 { // a wrong repair may be lucky
		for what, a := range kit.Sorted(map[string]*archive{
			"every call failed": {normal: call{takes: time.Second, err: errBoom}},
			"a call failed, the others did not listen": {
				normal:  call{takes: 10 * time.Second, deaf: true},
				special: map[string]call{"n2": {takes: time.Second, err: errBoom}}},
		}) {
			kit.Bubble(t, func(t *testing.T) {
				_, _ = copyNotes(caller, a, 1000)
				if calls := len(a.all()); calls > 2*workers {
					t.Errorf("%s at 1s, and %d further calls began;\nat most one more for each of %d workers does (Restore 1)", what, calls-workers, workers)
				}
			})
		}
		if t.Failed() {
			return
		}
	}
}

// Restore 2: the same when the caller's context ends.
func TestTheCallerStopsTheRun(t *testing.T) {
	for _, end := range ends {
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{normal: call{takes: 10 * time.Second}}
			ctx, release := leaving(end, nil)
			defer release()
			err, _ := copyNotes(ctx, a, 1000)
			a.wantTold(t, "", leaves, "the caller's context ended", "Restore 2")
			if calls := len(a.all()); calls > 2*workers {
				t.Errorf("the caller's context ended at %v, and %d further calls began;\nat most one more for each of %d workers does (Restore 2)", leaves, calls-workers, workers)
			}
			if !errors.Is(err, end) {
				t.Errorf("the caller's context ended with %q, and Copy returned the error \"%v\":\nerrors.Is does not find the first in the second (Restore 2)", end, err)
			}
		})
	}
}

// Keep 4 and 5: each note is added once, by all workers; then Copy returns.
func TestEveryNoteIsCopied(t *testing.T) {
	for _, n := range []int{3, 50} {
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{normal: call{takes: time.Second}}
			err, took := copyNotes(caller, a, n)
			var begun []string
			for _, r := range a.all() {
				begun = append(begun, r.note)
			}
			slices.Sort(begun)
			if once := slices.Compact(slices.Clone(begun)); err != nil || len(begun) != n || len(once) != n {
				t.Errorf("%d notes: Copy returned the error %v after %d calls for %d notes;\nwant one call for each (Keep 4)", n, err, len(begun), len(once))
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
		a := &archive{normal: call{takes: time.Second}, special: map[string]call{"n0": {takes: time.Minute}}}
		// One worker has the slow note, three have ten of the others each.
		_, _ = copyNotes(caller, a, 31)
		for _, r := range a.all() {
			if r.began > 9*time.Second {
				t.Fatalf("one note of a minute, 30 of a second: note %s was begun at %v, want 9s at the latest;\n"+
					"the other %d workers need not wait for the slow one (Keep 4)", r.note, r.began, workers-1)
			}
		}
	})
}

// Keep 6: the error is that of the call that failed first, alone.
func TestTheErrorIsThatOfTheFirstFailure(t *testing.T) {
	for range 8 { // a wrong repair may be lucky
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{
				normal:  call{takes: time.Hour, stopped: errReset},
				special: map[string]call{"n2": {takes: time.Second, err: errBoom}, "n0": {takes: time.Hour}},
			}
			err, _ := copyNotes(kit.SlowCancel(), a, 100) // others return before whoever cancels goes on
			if !errors.Is(err, errBoom) {
				t.Fatalf("the first call to fail said %q, and Copy returned the error \"%v\":\nerrors.Is does not find the first failure in it (Keep 6)", errBoom, err)
			}
			for _, other := range []error{errReset, context.Canceled} {
				if errors.Is(err, other) {
					t.Fatalf("the first call to fail said %q, and Copy returned the error %q:\nerrors.Is finds %q in it, of a call that was stopped (Keep 6)", errBoom, err, other)
				}
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
			ctx, release := leaving(context.Canceled, nil)
			defer release()
			err, _ := copyNotes(ctx, a, n)
			if added := len(a.all()); added < n && !errors.Is(err, context.Canceled) {
				t.Errorf("the caller left at %v, no call failed, %d of %d notes were added, and Copy returned the error \"%v\":\n"+
					"a run that is not complete has the error of the caller's context (Restore 2, Keep 6)", leaves, added, n, err)
			}
		})
	}
}

// Keep 6: a complete run is a success, also if the caller's context has ended.
func TestACompleteRunIsASuccess(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: time.Second, deaf: true}}
		ctx, release := leaving(context.DeadlineExceeded, nil) // during the last calls
		defer release()
		if err, _ := copyNotes(ctx, a, 3*workers); err != nil && len(a.all()) == 3*workers {
			t.Errorf("the caller's context ended during the last calls, all notes were added, and Copy returned the error %q:\na complete run is a success (Keep 6)", err)
		}
	})
}

// Keep 7: runs share neither workers nor failures.
func TestRunsDoNotKnowOfEachOther(t *testing.T) {
	type key struct{}
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: time.Second}, special: map[string]call{"bad": {takes: 1500 * time.Millisecond, err: errBoom}}}
		service, ctx := workerpool.NewService(a, workers), context.WithValue(caller, key{}, "trace")
		good := func(when string) {
			start := time.Now()
			err := service.Copy(ctx, notes(4*workers))
			if took := time.Since(start); err != nil || took != 4*time.Second {
				t.Errorf("%s, a run of %d notes returned the error %v after %v,\nwant none after 4s (Keep 7)", when, 4*workers, err, took)
			}
		}
		var running sync.WaitGroup
		running.Go(func() { _ = service.Copy(ctx, append([]workerpool.Note{{ID: "bad"}}, notes(40)...)) })
		running.Go(func() {
			time.Sleep(time.Millisecond)
			good("beside a run that fails")
		})
		running.Wait()
		good("after a run that failed")
		for _, r := range a.all() {
			if r.ctx.Value(key{}) != "trace" {
				t.Fatalf("the context of the call for note %s lacks a value of its caller's:\neach run derives one from that of its own caller (Keep 7)", r.note)
			}
		}
	})
}
