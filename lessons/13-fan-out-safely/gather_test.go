package fanout_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	fanout "example.com/leakproof/lessons/13-fan-out-safely"
)

var all = map[string]gather{
	"InSequence":      fanout.InSequence,
	"GatherNaive":     fanout.GatherNaive,
	"GatherBufferOne": fanout.GatherBufferOne,
	"GatherBuffered":  fanout.GatherBuffered,
	"GatherHalfDone":  fanout.GatherHalfDone,
	"GatherDone":      fanout.GatherDone,
	"Gather":          fanout.Gather,
	"GatherPage":      fanout.GatherPage,
}

// fourParts are four services that all answer: 400, 100, 300 and 200 ms.
func fourParts(b *backends) []fanout.Call {
	return []fanout.Call{
		b.fetch(400*time.Millisecond, "note", nil),
		b.fetch(100*time.Millisecond, "tags", nil),
		b.fetch(300*time.Millisecond, "comments", nil),
		b.fetch(200*time.Millisecond, "links", nil),
	}
}

// failingAt fails at d, in a page whose three other parts need rest.
func failingAt(b *backends, d, rest time.Duration) []fanout.Call {
	return []fanout.Call{
		b.fetch(rest, "note", nil),
		b.fetch(d, "", errBackend),
		b.fetch(rest, "tags", nil),
		b.fetch(rest, "links", nil),
	}
}

// As long as nothing fails, all of them are right: that is why the wrong
// ones get past a review and past a test of the happy path.
func TestEveryGatherIsRightWhileNothingFails(t *testing.T) {
	for name, gather := range all {
		synctest.Test(t, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			got, err := gather(t.Context(), fourParts(new(backends)))
			if want := (fanout.Page{"note", "tags", "comments", "links"}); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s = %q, %v, want %q", name, got, err, want)
			}
			if got, err := gather(t.Context(), nil); err != nil || len(got) != 0 {
				t.Errorf("%s of nothing = %q, %v", name, got, err)
			}
			if err := goleak.Find(before); err != nil {
				t.Errorf("%s left something behind: %v", name, err)
			}
		})
	}
}

func TestLatenciesAddUpInSequence(t *testing.T) {
	for name, want := range map[string]time.Duration{
		"InSequence": 1000 * time.Millisecond, // the sum
		"Gather":     400 * time.Millisecond,  // the slowest
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			if _, err := all[name](t.Context(), fourParts(new(backends))); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took != want {
				t.Errorf("%s took %v of virtual time, want %v", name, took, want)
			}
		})
	}
}

// The page fails at 10 ms; its request ends when the handler returns, so
// the three other calls come back at once. Their senders never do.
func TestNaiveLeaksItsSenders(t *testing.T) {
	b := new(backends)
	stuck := stuckSenders(t, func(t *testing.T) {
		ctx, endRequest := context.WithCancel(t.Context())
		_, err := fanout.GatherNaive(ctx, failingAt(b, 10*time.Millisecond, time.Second))
		endRequest()
		if !errors.Is(err, errBackend) {
			t.Errorf("GatherNaive: %v, want %v", err, errBackend)
		}
	})
	if stuck != 3 {
		t.Errorf("%d senders stuck after a day, want 3", stuck)
	}
	if n := b.inside.Load(); n != 0 {
		t.Errorf("%d calls still running: the leak would be theirs", n)
	}
}

// Three failing requests, three times three goroutines: the climb follows
// the errors, and a request without an error adds nothing.
func TestNaiveClimbsWithTheErrors(t *testing.T) {
	b := new(backends)
	stuck := stuckSenders(t, func(t *testing.T) {
		for range 3 {
			_, _ = fanout.GatherNaive(t.Context(), failingAt(b, 10*time.Millisecond, time.Second))
			_, _ = fanout.GatherNaive(t.Context(), fourParts(b))
		}
	})
	if stuck != 9 {
		t.Errorf("%d senders stuck after three errors, want 9", stuck)
	}
}

// Four senders: one reply is received, one fits the buffer, two wait.
func TestBufferOneStillLeaksTwo(t *testing.T) {
	stuck := stuckSenders(t, func(t *testing.T) {
		_, err := fanout.GatherBufferOne(t.Context(), failingAt(new(backends), 10*time.Millisecond, time.Second))
		if !errors.Is(err, errBackend) {
			t.Errorf("GatherBufferOne: %v, want %v", err, errBackend)
		}
	})
	if stuck != 2 {
		t.Errorf("%d senders stuck after a day, want 2", stuck)
	}
}

// With two senders a buffer of one is enough: the idiom comes from there.
func TestBufferOneIsEnoughForTwoSenders(t *testing.T) {
	stuck := stuckSenders(t, func(t *testing.T) {
		_, err := fanout.GatherBufferOne(t.Context(), failingAt(new(backends), 10*time.Millisecond, time.Second)[:2])
		if !errors.Is(err, errBackend) {
			t.Errorf("GatherBufferOne: %v, want %v", err, errBackend)
		}
	})
	if stuck != 0 {
		t.Errorf("%d senders stuck after a day, want none", stuck)
	}
}

// E16: the page has failed at 10 ms, its siblings work on for an hour; a
// leak check at the end of that hour finds nothing to complain about.
func TestBufferedLeavesSiblingsWorking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := goleak.IgnoreCurrent()
		b := new(backends)
		start := time.Now()
		_, err := fanout.GatherBuffered(t.Context(), failingAt(b, 10*time.Millisecond, time.Hour))
		if !errors.Is(err, errBackend) || time.Since(start) != 10*time.Millisecond {
			t.Errorf("GatherBuffered: %v after %v, want %v after 10ms", err, time.Since(start), errBackend)
		}
		time.Sleep(59 * time.Minute)
		synctest.Wait()
		if n := b.inside.Load(); n != 3 {
			t.Errorf("%d calls inside the services after 59 minutes, want 3", n)
		}
		time.Sleep(time.Minute)
		if err := goleak.Find(before); err != nil {
			t.Errorf("goleak after the hour: %v, want nothing to report", err)
		}
	})
}

// E16, as a test suite meets it: fakes answer within a few hundred
// milliseconds, which is less than goleak waits before it reports.
func TestGoleakIsSilentAboutShortSiblings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := goleak.IgnoreCurrent()
		b := new(backends)
		if _, err := fanout.GatherBuffered(t.Context(), failingAt(b, 10*time.Millisecond, 400*time.Millisecond)); err == nil {
			t.Error("GatherBuffered: no error")
		}
		if n := b.inside.Load(); n != 3 {
			t.Errorf("%d calls inside the services at the return, want 3", n)
		}
		if err := goleak.Find(before); err != nil {
			t.Errorf("goleak: %v, want nothing to report", err)
		}
	})
}

// The first error stops the others at once: nobody is inside any more.
func TestFirstErrorStopsTheSiblings(t *testing.T) {
	for _, name := range []string{"GatherDone", "Gather", "GatherPage"} {
		synctest.Test(t, func(t *testing.T) {
			b := new(backends)
			start := time.Now()
			_, err := all[name](t.Context(), failingAt(b, 10*time.Millisecond, time.Hour))
			if !errors.Is(err, errBackend) || time.Since(start) != 10*time.Millisecond {
				t.Errorf("%s: %v after %v, want %v after 10ms", name, err, time.Since(start), errBackend)
			}
			synctest.Wait()
			if n := b.inside.Load(); n != 0 {
				t.Errorf("%s: %d calls still inside the services", name, n)
			}
		})
	}
}

// The caller leaves: senders and receiver both have a second way out.
func TestCallerLeavingEndsEveryWait(t *testing.T) {
	for _, name := range []string{"GatherDone", "Gather", "GatherPage"} {
		synctest.Test(t, func(t *testing.T) {
			b := new(backends)
			ctx, leave := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, leave)
			start := time.Now()
			_, err := all[name](ctx, failingAt(b, time.Hour, time.Hour))
			if !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
				t.Errorf("%s: %v after %v, want %v after 1s", name, err, time.Since(start), context.Canceled)
			}
			synctest.Wait()
			if n := b.inside.Load(); n != 0 {
				t.Errorf("%s: %d calls still inside the services", name, n)
			}
		})
	}
}

// The caller leaves after a second. What Gather returns is what the stopped
// call says, and that need not be the error of its context.
func TestTheGroupDoesNotAskTheCaller(t *testing.T) {
	reset := errors.New("connection reset")
	for _, says := range []error{reset, nil} {
		synctest.Test(t, func(t *testing.T) {
			ctx, leave := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, leave)
			_, err := fanout.Gather(ctx, []fanout.Call{func(ctx context.Context) (string, error) {
				<-ctx.Done()
				return "just in time", says
			}})
			if ctx.Err() == nil || !errors.Is(err, says) || errors.Is(err, context.Canceled) {
				t.Errorf("the caller: %v, Gather: %v; want %v, and not the caller's error", ctx.Err(), err, says)
			}
		})
	}
}

// A sender that has both ways open takes one at random. When all of them
// leave, a receiver without a second way out waits for ever. One sender
// makes that one try in two, so 64 tries are proof enough.
func TestHalfDoneCanHangTheReceiver(t *testing.T) {
	for range 64 {
		if gatherHangs(t, fanout.GatherHalfDone) {
			return
		}
	}
	t.Error("GatherHalfDone came back 64 times out of 64, want a hang")
}

// The same, with a second way out for the receiver too.
func TestDoneNeverHangsTheReceiver(t *testing.T) {
	for range 64 {
		if gatherHangs(t, fanout.GatherDone) {
			t.Fatal("GatherDone hangs after its caller has left")
		}
	}
}

// gatherHangs asks one service for a caller that leaves after a second,
// and says whether the gather is still waiting a day later.
func gatherHangs(t *testing.T, ask gather) (hangs bool) {
	t.Helper()
	inBubble(t, func(t *testing.T) bool {
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		back := make(chan error, 1)
		go func() {
			_, err := ask(ctx, []fanout.Call{new(backends).fetch(time.Hour, "note", nil)})
			back <- err
		}()
		time.Sleep(time.Second)
		leave()
		select {
		case err := <-back:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%v, want %v", err, context.Canceled)
			}
		case <-time.After(24 * time.Hour):
			hangs = true
		}
		return hangs
	})
	return hangs
}

// Cancelling tells; joining waits. A service that does not listen for 3 s
// is still inside when GatherDone returns. Gather waits for it.
func TestOnlyTheGroupJoins(t *testing.T) {
	for name, want := range map[string]struct {
		took   time.Duration
		inside int32
	}{
		"GatherDone": {10 * time.Millisecond, 1},
		"Gather":     {3 * time.Second, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := new(backends)
			start := time.Now()
			_, err := all[name](t.Context(), []fanout.Call{
				b.fetch(10*time.Millisecond, "", errBackend),
				b.deaf(3*time.Second, "links"),
			})
			took, inside := time.Since(start), b.inside.Load()
			if !errors.Is(err, errBackend) || took != want.took || inside != want.inside {
				t.Errorf("%s: %v after %v with %d calls inside, want %v after %v with %d",
					name, err, took, inside, errBackend, want.took, want.inside)
			}
			time.Sleep(3 * time.Second) // the bubble ends with everybody home
		})
	}
}
