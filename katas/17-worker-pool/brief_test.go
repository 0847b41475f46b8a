package workerpool_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	workerpool "example.com/leakproof/katas/17-worker-pool"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: a failure ends the run.
func TestTheFirstFailureStopsTheRun(t *testing.T) {
	for _, at := range []int{0, 21, 99} {
		for _, unwind := range []time.Duration{time.Millisecond, time.Second} {
			t.Run(fmt.Sprintf("note %d of 100, the others stop within %v", at+1, unwind), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					id := ids(100)[at]
					a := &archive{
						normal:  call{takes: 10 * time.Second, unwind: unwind},
						special: map[string]call{id: {takes: 3 * time.Second, err: errBoom}},
					}
					err, _ := copyNotes(caller, a, 100)
					failed := a.begunAt(id).Add(3 * time.Second)
					if !errors.Is(err, errBoom) {
						t.Errorf("note %d failed, Copy returned the error %v;\nerrors.Is must find that of the call (Keep 6)", at+1, err)
					}
					if took := a.lastEnd.Sub(failed); took > 2*unwind { // one more call for each worker
						t.Errorf("note %d failed and calls went on for another %v;\neach stops within %v of the end of its context (Restore 1)", at+1, took, unwind)
					}
					if more := a.begunSince(failed); more > workers {
						t.Errorf("%d calls began after one had failed, want at most one more for each of %d workers (Restore 1)", more, workers)
					}
					if a.twice {
						t.Error("a note was begun twice, want once (Keep 4)")
					}
					a.wantOver(t)
				})
			})
		}
	}
}

// Restore 1: the same when every call fails, and when those beside the failure
// hear of nothing and succeed.
func TestOneMoreCallForEachWorker(t *testing.T) {
	for name, a := range kit.Sorted(map[string]*archive{
		"every call fails after 1ms": {normal: call{takes: time.Millisecond, err: errBoom}},
		"every call fails after 1s":  {normal: call{takes: time.Second, err: errBoom}},
		"note 3 fails, calls do not listen to their contexts": {
			normal:  call{takes: 10 * time.Second, deaf: true},
			special: map[string]call{"n2": {takes: 3 * time.Second, err: errBoom}}},
	}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				err, _ := copyNotes(caller, a, 1000)
				if !errors.Is(err, errBoom) {
					t.Errorf("%s: Copy returned the error %v;\nerrors.Is must find that of the call (Keep 6)", name, err)
				}
				if calls := len(a.order); calls > 2*workers {
					t.Errorf("%s: %d calls were made, %d of them before the failure;\nwant at most one more for each of %d workers (Restore 1)", name, calls, workers, workers)
				}
				a.wantOver(t)
			})
		})
	}
}

// Restore 2: the end of the caller's context ends the run.
func TestTheCallerEndsTheRun(t *testing.T) {
	for _, at := range []time.Duration{0, 2500 * time.Millisecond} {
		for _, c := range []call{{takes: time.Second, unwind: time.Millisecond}, {takes: time.Second, deaf: true}} {
			t.Run(fmt.Sprintf("at %v, calls do not listen: %t", at, c.deaf), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					end := time.Now().Add(at)
					ctx, cancel := context.WithDeadline(caller, end)
					defer cancel()
					a := &archive{normal: c}
					err, _ := copyNotes(ctx, a, 1000)
					if !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("the caller's deadline passed after %v and %d of 1000 notes were added: Copy returned the error %v;\n"+
							"errors.Is must find in it the error of that context (Restore 2)", at, a.added, err)
					}
					if more := a.begunSince(end); more > workers {
						t.Errorf("%d calls began after the caller's context had ended, want at most one more for each of %d workers (Restore 2)", more, workers)
					}
					// The call that runs and the one more.
					if took := a.lastEnd.Sub(end); !a.lastEnd.IsZero() && !c.deaf && took > 2*c.unwind {
						t.Errorf("calls that stop within %v went on for %v after the caller's context had ended;\ntheirs must end as well (Restore 2)", c.unwind, took)
					}
					a.wantOver(t)
				})
			})
		}
	}
}

// Keep 4: each note is added once, by all workers.
func TestEveryNoteIsCopied(t *testing.T) {
	for _, n := range []int{0, 1, 3, workers, 50} {
		t.Run(fmt.Sprintf("%d notes", n), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				a := &archive{normal: call{takes: time.Second}}
				err, took := copyNotes(caller, a, n)
				if err != nil || a.added != n || a.twice {
					t.Errorf("%d notes: Copy returned the error %v and %d were added, one twice: %t; want each once and no error (Keep 4)", n, err, a.added, a.twice)
				}
				if want := min(n, workers); a.peak != want {
					t.Errorf("%d notes and %d workers: at most %d calls ran at the same time, want %d (Keep 4)", n, workers, a.peak, want)
				}
				if want := time.Duration((n+workers-1)/workers) * time.Second; took != want {
					t.Errorf("%d notes of a second each and %d workers took %v, want %v (Keep 4)", n, workers, took, want)
				}
				a.wantOver(t)
			})
		})
	}
}

// Keep 4: no worker waits for another one's call.
func TestASlowNoteHoldsUpNobody(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: time.Second}, special: map[string]call{"n0": {takes: time.Minute}}}
		// One worker has the slow note, three have ten of the others each.
		err, took := copyNotes(caller, a, 31)
		if err != nil || took != time.Minute {
			t.Errorf("one note of a minute beside 30 of a second: Copy returned the error %v after %v,\nwant none after 1m0s (Keep 4)", err, took)
		}
		if begun := a.begunSince(a.lastEnd.Add(-50 * time.Second)); begun > 0 {
			t.Errorf("%d notes were begun only when 10s had passed;\nthe other %d workers have time for all of them (Keep 4)", begun, workers-1)
		}
		a.wantOver(t)
	})
}

// Keep 6: the error is that of the call that failed first, alone.
func TestTheErrorIsThatOfTheFirstFailure(t *testing.T) {
	for _, stopped := range []error{nil, errReset} { // nil is the error of the context
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{
				normal:  call{takes: time.Hour, unwind: 2 * time.Second, stopped: stopped},
				special: map[string]call{"n2": {takes: time.Second, err: errBoom}},
			}
			ctx, cancel := context.WithTimeout(caller, 2*time.Second) // while the others unwind
			defer cancel()
			err, _ := copyNotes(ctx, a, 100)
			wantOnly(t, err)
			a.wantOver(t)
		})
	}
	// The others have returned before whoever cancels them goes on.
	for range 8 { // a repair may be lucky now and then
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{
				normal:  call{takes: time.Hour, stopped: errReset},
				special: map[string]call{"n2": {takes: time.Second, err: errBoom}},
			}
			err, _ := copyNotes(kit.SlowCancel(), a, 100)
			wantOnly(t, err)
			a.wantOver(t)
		})
		if t.Failed() {
			return
		}
	}
	// The archive has a limit of its own, or gave up by itself.
	for _, own := range []error{context.DeadlineExceeded, context.Canceled} {
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{
				normal:  call{takes: time.Hour, unwind: 2 * time.Second, stopped: errReset},
				special: map[string]call{"n2": {takes: time.Second, err: fmt.Errorf("archive: %w", own)}},
			}
			err, _ := copyNotes(caller, a, 100)
			if !errors.Is(err, own) || errors.Is(err, errReset) {
				t.Errorf("a call failed first, with %q and while the caller's context goes on: Copy returned the error %q;\nit must be that of this call, and no other's (Keep 6)",
					own, fmt.Sprint(err))
			}
			a.wantOver(t)
		})
	}
}

// Keep 6: a complete run is a success, also if the caller's context has ended.
func TestACompleteRunIsASuccess(t *testing.T) {
	for _, n := range []int{1, workers, 3 * workers} {
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{normal: call{takes: time.Second, deaf: true}}
			// It ends while the last calls run.
			ctx, cancel := context.WithTimeout(caller, time.Duration((n+workers-1)/workers)*time.Second-time.Millisecond)
			defer cancel()
			if err, _ := copyNotes(ctx, a, n); err != nil || a.added != n {
				t.Errorf("the caller's context ended during the last calls, and all %d notes were added (%d): Copy returned the error %v, want none (Keep 6)",
					n, a.added, err)
			}
			a.wantOver(t)
		})
	}
}

// Keep 7: runs share neither workers nor failures.
func TestRunsDoNotKnowOfEachOther(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: time.Second}, special: map[string]call{"bad": {takes: 1500 * time.Millisecond, err: errBoom}}}
		service := workerpool.NewService(a, workers)
		good := func(when string) {
			start := time.Now()
			if err := service.Copy(caller, notes(4*workers)); err != nil || time.Since(start) != 4*time.Second {
				t.Errorf("%s, a run of %d notes returned the error %v after %v,\nwant none after 4s (Keep 7)", when, 4*workers, err, time.Since(start))
			}
		}
		bad := append(notes(1), workerpool.Note{ID: "bad"})
		bad = append(bad, notes(40)[1:]...)
		var running sync.WaitGroup
		running.Go(func() { good("beside a run that fails") })
		running.Go(func() {
			if err := service.Copy(caller, bad); !errors.Is(err, errBoom) {
				t.Errorf("beside a run that succeeds, one that fails returned the error %v;\nerrors.Is must find that of its call (Keep 7)", err)
			}
		})
		running.Wait()
		good("after a run that failed")
	})
}

// Fine print: the archive gets the caller's context or one derived from it.
func TestCallsGetTheContextOfTheCaller(t *testing.T) {
	type key struct{}
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: time.Second}}
		if err, _ := copyNotes(context.WithValue(caller, key{}, "trace"), a, 20); err != nil {
			t.Fatalf("an archive that works: Copy returned the error %v (Keep 6)", err)
		}
		for i, given := range a.ctxs {
			if given.Value(key{}) != "trace" {
				t.Fatalf("the context of call %d lacks a value of the caller's context;\nit is the caller's or derived from it (fine print)", i+1)
			}
		}
	})
}
