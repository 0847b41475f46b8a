package fanout_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	fanout "example.com/leakproof/lessons/13-fan-out-safely"
)

// many returns n services that need d each.
func many(b *backends, n int, d time.Duration) []fanout.Call {
	calls := make([]fanout.Call, n)
	for i := range calls {
		calls[i] = b.fetch(d, "part", nil)
	}
	return calls
}

// Without a bound, a page of 100 parts is a burst of 100 calls; with
// SetLimit(8) it is 13 rounds of at most 8.
func TestTheLimitBoundsTheBurst(t *testing.T) {
	for name, want := range map[string]struct {
		peak int32
		took time.Duration
	}{
		"Gather":     {100, 100 * time.Millisecond},
		"GatherPage": {8, 1300 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			b := new(backends)
			start := time.Now()
			if _, err := all[name](t.Context(), many(b, 100, 100*time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			if peak, took := b.peak.Load(), time.Since(start); peak != want.peak || took != want.took {
				t.Errorf("%s: %d calls at once, %v, want %d and %v", name, peak, took, want.peak, want.took)
			}
		})
	}
}

// The budget is for all calls together. Of 100 parts that need 1.9 s each,
// 8 come in time, 8 are cut off at 2 s, and the rest never starts. With a
// timeout for each call all of them stay within it, for 13 rounds.
func TestTheBudgetIsForTheWholePage(t *testing.T) {
	const each = 1900 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		b := new(backends)
		start := time.Now()
		_, err := fanout.GatherPage(t.Context(), many(b, 100, each))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 2*time.Second {
			t.Errorf("GatherPage: %v after %v, want %v after 2s", err, time.Since(start), context.DeadlineExceeded)
		}
		if inside, calls := b.inside.Load(), b.calls.Load(); inside != 0 || calls != 16 {
			t.Errorf("%d calls inside, %d made, want 0 and 16", inside, calls)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		calls := many(new(backends), 100, each)
		for i, call := range calls {
			calls[i] = func(ctx context.Context) (string, error) {
				ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
				defer cancel()
				return call(ctx)
			}
		}
		start := time.Now()
		_, err := fanout.GatherLimited(t.Context(), calls)
		if took := time.Since(start); err != nil || took != 24700*time.Millisecond {
			t.Errorf("a timeout for each call: %v after %v, want no error after 24.7s", err, took)
		}
	})
}

// Services that hang end the page at 2 s, and no call starts after that.
func TestTheBudgetEndsAPageOfServicesThatHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := new(backends)
		start := time.Now()
		_, err := fanout.GatherPage(t.Context(), many(b, 30, time.Hour))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 2*time.Second {
			t.Errorf("GatherPage: %v after %v, want %v after 2s", err, time.Since(start), context.DeadlineExceeded)
		}
		if inside, calls := b.inside.Load(), b.calls.Load(); inside != 0 || calls != 8 {
			t.Errorf("%d calls inside, %d made, want 0 and 8: no call starts when time is up", inside, calls)
		}
	})
}

// SetLimit bounds how many run at once; it stops nothing. A function that
// does not look at ctx is started for every part after the first error.
func TestTheLimitAloneStopsNothing(t *testing.T) {
	for name, want := range map[string]int32{
		"without the check": 100,
		"with the check":    8,
	} {
		synctest.Test(t, func(t *testing.T) {
			b := new(backends)
			page := fanout.GatherPage
			if name == "without the check" {
				page = fanout.GatherLimited
			}
			calls := many(b, 100, time.Hour)
			calls[0] = b.fetch(10*time.Millisecond, "", errBackend)
			if _, err := page(t.Context(), calls); !errors.Is(err, errBackend) {
				t.Errorf("%s: %v, want %v", name, err, errBackend)
			}
			if calls := b.calls.Load(); calls != want {
				t.Errorf("%s: %d calls made, want %d", name, calls, want)
			}
		})
	}
}

// The same bug, once in the handler's goroutine and once in the group's. The
// second one takes the process with it, so it runs in a process of its own.
func TestAPanicInTheGroupEndsTheProcess(t *testing.T) {
	if name := os.Getenv("FANOUT_PANIC"); name != "" {
		servePanic(all[name])
		if name == "Gather" {
			time.Sleep(time.Minute) // until the panic takes the process
		}
		os.Exit(0)
	}
	for name, survives := range map[string]bool{"InSequence": true, "Gather": false} {
		child := exec.Command(os.Args[0], "-test.run=^TestAPanicInTheGroupEndsTheProcess$")
		child.Env = append(os.Environ(), "FANOUT_PANIC="+name, "GORACE=atexit_sleep_ms=0")
		out, err := child.CombinedOutput()
		if (err == nil) != survives || !strings.Contains(string(out), "a bug in links") {
			t.Errorf("%s: %v, want a process that lives on: %v\n%s", name, err, survives, out)
		}
	}
}

// servePanic serves one page of which a part panics, and waits for the answer.
// A busy machine may refuse a connection: what counts is that the page was
// asked for.
func servePanic(ask gather) {
	var asked atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked.Store(true)
		_, _ = ask(r.Context(), []fanout.Call{
			func(context.Context) (string, error) { panic("a bug in links") },
		})
	}))
	for !asked.Load() {
		if res, err := http.Get(server.URL); err == nil {
			_ = res.Body.Close()
		}
	}
}
