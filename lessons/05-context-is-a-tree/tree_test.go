package tree

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheMinuteIsTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		export := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			err := Export(r.Context(), hour)
			if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 2*time.Second {
				t.Errorf("Export: %v after %v, want %v after 2s", err, took, context.DeadlineExceeded)
			}
		})
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/notes/8c1f.pdf", nil)
		WithBudget(export).ServeHTTP(httptest.NewRecorder(), r)
	})
}

func TestAChildReportsTheEarlierDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		request, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		for own, want := range map[time.Duration]time.Duration{
			time.Minute:            2 * time.Second,
			500 * time.Millisecond: 500 * time.Millisecond,
		} {
			call, stop := context.WithTimeout(request, own)
			defer stop()
			if d, ok := call.Deadline(); !ok || d.Sub(start) != want {
				t.Errorf("a child with %v below 2s has until %v, want %v", own, d.Sub(start), want)
			}
		}
	})
}

func TestWithoutCancelKeepsOnlyTheValues(t *testing.T) {
	request, leave := context.WithTimeout(WithRequestID(t.Context(), "4KQX"), time.Hour)
	job := context.WithoutCancel(request)
	leave()
	if id := RequestID(job); id != "4KQX" {
		t.Errorf("request id %q, want 4KQX", id)
	}
	if _, ok := job.Deadline(); ok || job.Err() != nil || job.Done() != nil {
		t.Errorf("deadline %v, %v: it still ends with its parent", ok, job.Err())
	}
}

// ended says whether Done is closed at this very moment.
func ended(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return true
	default:
		return false
	}
}

// When a stop returns, everything below is ended and nothing else is. No
// goroutine had to run in between.
func TestStopEndsTheSubtreeAndNothingElse(t *testing.T) {
	for _, tt := range []struct {
		stop func(leave context.CancelFunc, b Branches)
		want [5]bool // request, page, note, search, index
	}{
		{func(_ context.CancelFunc, b Branches) { b.StopNote() }, [5]bool{2: true}},
		{func(_ context.CancelFunc, b Branches) { b.StopSearch() }, [5]bool{3: true, 4: true}},
		{func(_ context.CancelFunc, b Branches) { b.StopPage() }, [5]bool{1: true, 2: true, 3: true, 4: true}},
		{func(leave context.CancelFunc, _ Branches) { leave() }, [5]bool{true, true, true, true, true}},
	} {
		request, leave := context.WithCancel(t.Context())
		b := Branch(request)
		tt.stop(leave, b)
		var got [5]bool
		for i, ctx := range []context.Context{request, b.Page, b.Note, b.Search, b.Index} {
			got[i] = ended(ctx)
			if got[i] != errors.Is(ctx.Err(), context.Canceled) {
				t.Errorf("ended %v, but its error is %v", got[i], ctx.Err())
			}
		}
		if got != tt.want {
			t.Errorf("ended: %v, want %v (request, page, note, search, index)", got, tt.want)
		}
		b.StopPage()
		leave()
	}
}

// A deadline ends its subtree as a stop does: search at 500 ms, the page at 2 s.
func TestADeadlineEndsItsSubtree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := Branch(t.Context())
		defer b.StopPage()
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		if !ended(b.Search) || !ended(b.Index) || ended(b.Page) || ended(b.Note) {
			t.Error("after 500ms search and index have ended, and nothing else")
		}
		time.Sleep(1500 * time.Millisecond)
		synctest.Wait()
		if !ended(b.Page) || !ended(b.Note) {
			t.Error("after 2s the page and the note have ended as well")
		}
	})
}

func TestBelowAnEndedContextEverythingIsEnded(t *testing.T) {
	request, leave := context.WithCancel(t.Context())
	leave()
	call, cancel := context.WithTimeout(request, time.Hour)
	defer cancel()
	if !ended(call) || !errors.Is(call.Err(), context.Canceled) {
		t.Errorf("ended %v, %v: want a context that starts out ended", ended(call), call.Err())
	}
}

// A search that hangs costs the page half a second and nothing else. What
// ends from above, the budget or the caller, is an error as it should be.
func TestRelatedTellsItsOwnLimitFromTheOthers(t *testing.T) {
	hang := func(ctx context.Context, _ string) ([]string, error) { return nil, hour(ctx) }
	for _, tt := range []struct {
		name        string
		budget, cut time.Duration
		want        error
		took        time.Duration
	}{
		{"its own limit", 2 * time.Second, time.Hour, nil, 500 * time.Millisecond},
		{"the budget", 300 * time.Millisecond, time.Hour, context.DeadlineExceeded, 300 * time.Millisecond},
		{"the caller", 2 * time.Second, 100 * time.Millisecond, context.Canceled, 100 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), tt.budget)
				defer cancel()
				timer := time.AfterFunc(tt.cut, cancel)
				defer timer.Stop()
				start := time.Now()
				found, err := Related(ctx, hang, "8c1f")
				if found != nil || !errors.Is(err, tt.want) || time.Since(start) != tt.took {
					t.Errorf("%v, %v after %v, want %v after %v", found, err, time.Since(start), tt.want, tt.took)
				}
			})
		})
	}
	broken := errors.New("search: 503")
	_, err := Related(t.Context(), func(context.Context, string) ([]string, error) { return nil, broken }, "8c1f")
	if !errors.Is(err, broken) {
		t.Errorf("%v, want %v", err, broken)
	}
}

// Err is the same for every limit; only Cause differs. And a cancel that
// comes first leaves the cause of the timeout unused.
func TestErrDoesNotSayWhoseLimitItWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		budget, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		own, stop := context.WithTimeoutCause(budget, 500*time.Millisecond, errSearchSlow)
		defer stop()
		late, stopLate := context.WithTimeoutCause(budget, time.Minute, errSearchSlow)
		defer stopLate()
		stopped, stopNow := context.WithTimeoutCause(budget, 500*time.Millisecond, errSearchSlow)
		stopNow()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		for _, tt := range []struct {
			name       string
			ctx        context.Context
			err, cause error
		}{
			{"own limit", own, context.DeadlineExceeded, errSearchSlow},
			{"budget", late, context.DeadlineExceeded, context.DeadlineExceeded},
			{"stopped", stopped, context.Canceled, context.Canceled},
		} {
			if err, cause := tt.ctx.Err(), context.Cause(tt.ctx); err != tt.err || cause != tt.cause {
				t.Errorf("%s: %v, cause %v, want %v, cause %v", tt.name, err, cause, tt.err, tt.cause)
			}
		}
	})
}

// A ledger is a parent that counts the contexts registered below it. Its Done
// is none of the context package's own, so they register with AfterFunc.
type ledger struct {
	context.Context
	done      chan struct{}
	mu        sync.Mutex
	live, max int
}

func newLedger(t *testing.T) *ledger {
	return &ledger{Context: t.Context(), done: make(chan struct{})}
}

func (l *ledger) Done() <-chan struct{} { return l.done }

func (l *ledger) AfterFunc(func()) (stop func() bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.live++
	l.max = max(l.max, l.live)
	return sync.OnceValue(func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.live--
		return true
	})
}

// A timer that calls cancel is a limit on a part of the work. Stop takes the
// limit back; the context goes on and stays in its parent's list.
func TestAStoppedTimerLeavesTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		ctx, cancel := context.WithCancel(l)
		timer := time.AfterFunc(time.Second, cancel)
		timer.Stop() // the answer came in time
		time.Sleep(time.Hour)
		if ctx.Err() != nil || l.live != 1 {
			t.Errorf("after the stop: %v, %d in the list, want a live context", ctx.Err(), l.live)
		}
		cancel()
		if ctx.Err() == nil || l.live != 0 {
			t.Errorf("after the cancel: %v, %d in the list, want none", ctx.Err(), l.live)
		}
	})
}

func sweepLedger(t *testing.T, sweep func(context.Context, []string, Probe) error) *ledger {
	t.Helper()
	l := newLedger(t)
	probed := 0
	err := sweep(l, make([]string, 1000), func(ctx context.Context, _ string) error {
		probed++
		return ctx.Err()
	})
	if probed != 1000 || err != nil {
		t.Errorf("%d links probed, want 1000: %v", probed, err)
	}
	return l
}

func TestADeferInALoopKeepsEveryContext(t *testing.T) {
	if l := sweepLedger(t, SweepNaive); l.max != 1000 || l.live != 0 {
		t.Errorf("at most %d contexts at once, %d at the end, want 1000 and 0", l.max, l.live)
	}
}

func TestOneContextAtATime(t *testing.T) {
	if l := sweepLedger(t, Sweep); l.max != 1 || l.live != 0 {
		t.Errorf("at most %d contexts at once, %d at the end, want 1 and 0", l.max, l.live)
	}
}

// derive derives a context from parent, does nothing with it but end, and
// returns a func that says whether it is still held.
func derive(parent context.Context, timeout time.Duration, end func(context.CancelFunc)) (held func() bool) {
	ctx, payload := withPayload(parent)
	var cancel context.CancelFunc
	if timeout > 0 {
		_, cancel = context.WithTimeout(ctx, timeout)
	} else {
		_, cancel = context.WithCancel(ctx)
	}
	end(cancel)
	return func() bool { runtime.GC(); return payload.Value() != nil }
}

func TestALostCancelStaysWithTheParent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service, stop := context.WithCancel(context.Background())
		defer stop()
		call, lose := func(cancel context.CancelFunc) { cancel() }, func(context.CancelFunc) {}

		called := derive(service, 0, call)
		lost := derive(service, 0, lose)
		timed := derive(service, time.Hour, lose)
		rootless := derive(context.Background(), 0, lose)
		check := func(when string, want [4]bool) {
			t.Helper()
			if got := [4]bool{called(), lost(), timed(), rootless()}; got != want {
				t.Errorf("%s: held %v, want %v (called, lost, with a timeout, below Background)", when, got, want)
			}
		}
		check("at once", [4]bool{false, true, true, false})
		time.Sleep(time.Hour)
		synctest.Wait()
		check("after the timeout", [4]bool{false, true, false, false})
		stop()
		check("after the parent", [4]bool{})
	})
}
