package workerpool_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	workerpool "example.com/leakproof/katas/14-worker-pool"
	"example.com/leakproof/katas/internal/kit"
)

// wantOnly requires that the error is that of the call that failed first.
func wantOnly(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, errBoom) {
		t.Errorf("a call failed first, Copy returned the error %v; errors.Is must find that of the call (%v)", err, errBoom)
	}
	for _, other := range []error{errReset, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, other) {
			t.Errorf("the error of the run is %v; it must not contain %q, which came after the first failure", err, other)
		}
	}
}

// Contract: "When the caller's context ends before all notes have been added,
// the same holds, and errors.Is finds the error of that context."
func TestTheCallerEndsTheRun(t *testing.T) {
	cause := errors.New("the client closed its connection")
	for _, want := range []error{context.Canceled, context.DeadlineExceeded} {
		for _, at := range []time.Duration{0, 2500 * time.Millisecond} {
			for _, c := range []call{{takes: time.Second, unwind: time.Millisecond}, {takes: time.Second, deaf: true}} {
				t.Run(fmt.Sprintf("%v at %v, calls do not listen: %t", want, at, c.deaf), func(t *testing.T) {
					kit.Bubble(t, func(t *testing.T) {
						start := time.Now()
						ctx, cancel := context.WithCancelCause(caller)
						defer cancel(nil)
						if errors.Is(want, context.DeadlineExceeded) {
							var release context.CancelFunc
							ctx, release = context.WithDeadlineCause(caller, start.Add(at), cause)
							defer release()
						} else if at == 0 {
							cancel(cause)
						} else {
							time.AfterFunc(at, func() { cancel(cause) })
						}
						a := &archive{normal: c}
						err, _ := copyNotes(ctx, a, 1000)
						if !errors.Is(err, want) {
							t.Errorf("the caller's context ended with %q after %v and %d of 1000 notes were added: Copy returned the error %v;\n"+
								"errors.Is must find in it the error of that context", want, at, a.added, err)
						}
						if more := a.begunSince(start.Add(at)); more > workers {
							t.Errorf("%d calls began after the caller's context had ended; the contract is one more for each of %d workers at most", more, workers)
						}
						// The call that runs and the one more.
						limit := 2 * c.unwind
						if took := a.lastEnd.Sub(start.Add(at)); !a.lastEnd.IsZero() && !c.deaf && took > limit {
							t.Errorf("calls that stop within %v went on for %v after the caller's context had ended; they must be told", c.unwind, took)
						}
						a.wantOver(t)
					})
				})
			}
		}
	}
}

// Contract: "It returns nil if, and only if, every note was added. If all were
// added in spite of it, that is a success."
func TestACompleteRunIsASuccess(t *testing.T) {
	for _, n := range []int{1, workers, 3 * workers} {
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{normal: call{takes: time.Second, deaf: true}}
			// It ends while the last calls run.
			ctx, cancel := context.WithTimeout(caller, time.Duration((n+workers-1)/workers)*time.Second-time.Millisecond)
			defer cancel()
			if err, _ := copyNotes(ctx, a, n); err != nil || a.added != n {
				t.Errorf("the caller's context ended during the last calls, and all %d notes were added (%d): Copy returned the error %v; that is a success",
					n, a.added, err)
			}
			a.wantOver(t)
		})
	}
}

// Contract: "Without notes there is nothing to do and no error."
func TestWithoutNotesThereIsNoError(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(caller)
		cancel()
		if err, _ := copyNotes(ctx, &archive{}, 0); err != nil {
			t.Errorf("no notes and a context that has ended: Copy returned the error %v; every note was added", err)
		}
	})
}

// Contract: "A call's context has the values and the deadline of the caller's,
// or none, and has ended when Copy has returned."
func TestCallsGetTheContextOfTheCaller(t *testing.T) {
	type key struct{}
	for _, limited := range []bool{true, false} {
		kit.Bubble(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.WithValue(caller, key{}, "trace"))
			if limited {
				ctx, cancel = context.WithTimeout(ctx, time.Hour)
			}
			defer cancel()
			a := &archive{normal: call{takes: time.Second}}
			if err, _ := copyNotes(ctx, a, 20); err != nil {
				t.Fatalf("an archive that works: Copy returned the error %v", err)
			}
			want, wantSome := ctx.Deadline()
			for i, given := range a.ctxs {
				if given.Value(key{}) != "trace" {
					t.Fatalf("the context of call %d lacks a value of the caller's context", i+1)
				}
				if got, some := given.Deadline(); some != wantSome || !got.Equal(want) {
					t.Fatalf("the deadline of call %d is %s, that of its caller %s; calls get the deadline of the caller, and none of the run's own",
						i+1, deadline(got, some), deadline(want, wantSome))
				}
				if given.Err() == nil {
					t.Fatalf("Copy has returned, without an error, and the context of call %d goes on; it ends with the run, on success too", i+1)
				}
			}
			a.wantOver(t)
		})
	}
}

// deadline says when a deadline is, from now.
func deadline(at time.Time, some bool) string {
	if !some {
		return "none"
	}
	return "in " + time.Until(at).String()
}

// Contract: "Runs do not know of each other: each has its own workers, its own
// failure and its own end."
func TestRunsDoNotKnowOfEachOther(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		a := &archive{normal: call{takes: time.Second}, special: map[string]call{"bad": {takes: 1500 * time.Millisecond, err: errBoom}}}
		service := workerpool.NewService(a, workers)
		good := func(when string) {
			start := time.Now()
			if err := service.Copy(caller, notes(4*workers)); err != nil || time.Since(start) != 4*time.Second {
				t.Errorf("%s, a run of %d notes returned the error %v after %v; want none after 4s", when, 4*workers, err, time.Since(start))
			}
		}
		bad := append(notes(1), workerpool.Note{ID: "bad"})
		bad = append(bad, notes(40)[1:]...)
		var running sync.WaitGroup
		running.Go(func() { good("beside a run that fails") })
		running.Go(func() {
			if err := service.Copy(caller, bad); !errors.Is(err, errBoom) {
				t.Errorf("beside a run that succeeds, one that fails returned the error %v; errors.Is must find that of its call", err)
			}
		})
		running.Wait()
		good("after a run that failed")
	})
}
