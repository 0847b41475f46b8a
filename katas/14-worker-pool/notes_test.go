package workerpool_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Contract: "Copy adds each note once, in the order of the list, with as many
// calls at the same time as there are workers and never more."
func TestEveryNoteIsCopied(t *testing.T) {
	for _, n := range []int{0, 1, 3, workers, 50} {
		t.Run(fmt.Sprintf("%d notes", n), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				a := &archive{normal: call{takes: time.Second}}
				err, took := copyNotes(caller, a, n)
				if err != nil || a.added != n || a.twice {
					t.Errorf("%d notes: Copy returned the error %v and %d were added, one twice: %t; want each once and no error", n, err, a.added, a.twice)
				}
				if want := min(n, workers); a.peak != want {
					t.Errorf("%d notes and %d workers: at most %d calls ran at the same time; the contract is %d", n, workers, a.peak, want)
				}
				if want := time.Duration((n+workers-1)/workers) * time.Second; took != want {
					t.Errorf("%d notes of a second each and %d workers took %v; want %v", n, workers, took, want)
				}
				a.wantOver(t)
			})
		})
	}
}

// Contract: "in the order of the list".
func TestNotesAreBegunInOrder(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		const n = 40
		a := &archive{normal: call{takes: time.Second}, special: map[string]call{}}
		for i, id := range ids(n) { // no two calls end at the same moment
			a.special[id] = call{takes: time.Second + time.Duration(i)*time.Millisecond}
		}
		err, _ := copyNotes(caller, a, n)
		if err != nil {
			t.Fatalf("an archive that works: Copy returned the error %v", err)
		}
		for i, id := range ids(n)[1:] {
			if before := ids(n)[i]; a.begunAt(id).Before(a.begunAt(before)) {
				t.Errorf("%s was begun before %s; the contract is the order of the list", id, before)
			}
		}
	})
}

// Contract: "As long as notes are left to begin, no worker waits for another
// one's call to end."
func TestASlowNoteHoldsUpNobody(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: time.Second}, special: map[string]call{"n0": {takes: time.Minute}}}
		// One worker has the slow note, three have ten of the others each.
		err, took := copyNotes(caller, a, 31)
		if err != nil || took != time.Minute {
			t.Errorf("one note of a minute beside 30 of a second: Copy returned the error %v after %v; want none after 1m0s", err, took)
		}
		if begun := a.begunSince(a.lastEnd.Add(-50 * time.Second)); begun > 0 {
			t.Errorf("%d notes were begun only when 10s had passed; the other %d workers have time for all of them", begun, workers-1)
		}
		a.wantOver(t)
	})
}

// Contract: "When a call fails, the run is over: every call that is running is
// told by the end of its context, and at most one more call for each worker is begun."
func TestTheFirstFailureStopsTheRun(t *testing.T) {
	for _, at := range []int{0, 1, 21, 98, 99} {
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
						t.Errorf("note %d failed, Copy returned the error %v; errors.Is must find that of the call", at+1, err)
					}
					if took := a.lastEnd.Sub(failed); took > 2*unwind { // one more call for each worker
						t.Errorf("note %d failed and calls went on for another %v; each stops within %v of the end of its context", at+1, took, unwind)
					}
					if more := a.begunSince(failed); more > workers {
						t.Errorf("%d calls began after one had failed; the contract is one more for each of %d workers at most", more, workers)
					}
					if a.twice {
						t.Error("a note was begun twice; the contract is once")
					}
					a.wantOver(t)
				})
			})
		}
	}
}

// Contract: the same, when every call fails.
func TestEveryCallFails(t *testing.T) {
	for _, takes := range []time.Duration{time.Millisecond, time.Second} {
		t.Run(fmt.Sprintf("after %v", takes), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				a := &archive{normal: call{takes: takes, err: errBoom}}
				err, _ := copyNotes(caller, a, 1000)
				if !errors.Is(err, errBoom) {
					t.Errorf("every call fails: Copy returned the error %v; errors.Is must find that of the calls", err)
				}
				if calls := len(a.order); calls > 2*workers {
					t.Errorf("every call fails and %d were made; the contract is at most one more for each of %d workers after the first failure", calls, workers)
				}
				a.wantOver(t)
			})
		})
	}
}

// Contract: the same, when calls do not listen to their contexts and succeed.
func TestCallsThatDoNotListen(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{
			normal:  call{takes: 10 * time.Second, deaf: true},
			special: map[string]call{"n2": {takes: 3 * time.Second, err: errBoom}},
		}
		err, _ := copyNotes(caller, a, 1000)
		if !errors.Is(err, errBoom) {
			t.Errorf("note 3 failed, Copy returned the error %v; errors.Is must find that of the call", err)
		}
		if calls := len(a.order); calls > 2*workers {
			t.Errorf("note 3 failed among the first %d and %d calls were made; at most one more is begun for each worker", workers, calls)
		}
		a.wantOver(t)
	})
}

// Contract: "The error of the run is that of the call that failed first.
// errors.Is does not find what the stopped calls say."
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
				t.Errorf("a call failed first, with %q and while the caller's context goes on: Copy returned the error %q; it must be that of this call, and no other's",
					own, fmt.Sprint(err))
			}
			a.wantOver(t)
		})
	}
}
