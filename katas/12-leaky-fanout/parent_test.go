package leakyfanout_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	leakyfanout "example.com/leakproof/katas/12-leaky-fanout"
	"example.com/leakproof/katas/internal/kit"
)

var ends = []error{context.Canceled, context.DeadlineExceeded}

// ending returns a context that ends at the given moment with the given error
// and cause; at 0s it has ended. It must be released.
func ending(with error, at time.Duration, cause error) (context.Context, context.CancelFunc) {
	ctx, leave := context.WithCancelCause(caller)
	end := func() { leave(cause) }
	if errors.Is(with, context.DeadlineExceeded) {
		ctx, end = context.WithTimeoutCause(ctx, at, cause)
	} else {
		time.AfterFunc(at, end)
	}
	if at == 0 {
		synctest.Wait()
		ctx = slowDone{ctx}
	}
	return ctx, func() {
		end()
		leave(nil)
	}
}

// Whoever asks a slowDone for its channel gives way to all other goroutines: what
// may happen before a select begins to wait does happen.
type slowDone struct{ context.Context }

func (s slowDone) Done() <-chan struct{} {
	for range 100 {
		runtime.Gosched()
	}
	return s.Context.Done()
}

// Contract: "When the caller's context ends, so does the search."
func TestCallerEndsTheSearch(t *testing.T) {
	for _, end := range ends {
		for _, at := range []time.Duration{0, time.Second} {
			for _, n := range []int{1, 4} {
				t.Run(fmt.Sprintf("%v at %v with %d shards", end, at, n), func(t *testing.T) {
					repeat(t, func(t *testing.T) {
						ctx, release := ending(end, at, nil)
						shards := fakes(slices.Repeat([]fake{{after: hung}}, n)...)
						_, err, took := search(ctx, shards)
						release()
						wantStopped(t, shards, at, took, err)
						wantCallers(t, end, err, "the same error")
					})
				})
			}
		}
	}
}

// Contract: "errors.Is finds the error of that context, whatever its cause."
func TestCallersErrorWhateverItsCause(t *testing.T) {
	for _, end := range ends {
		kit.Bubble(t, func(t *testing.T) {
			ctx, release := ending(end, time.Second, errors.New("the client closed its connection"))
			defer release()
			shards := fakes(fake{after: hung}, fake{notes: notes("a")}, fake{after: hung})
			_, err, took := search(ctx, shards)
			wantStopped(t, shards, time.Second, took, err)
			if !errors.Is(err, end) {
				t.Errorf("the caller's context ended with the error %q and the cause %q, Search returned the error %q;\n"+
					"errors.Is must find in it the error of that context, not just its cause", end, context.Cause(ctx), err)
			}
		})
	}
}

// Contract: "Whatever the stopped shards return", when the caller leaves or later.
func TestCallersErrorWhateverTheShardsReturn(t *testing.T) {
	for _, c := range []struct {
		say     string
		stopped fake
	}{
		{"an error of their own", fake{after: hung, stopped: errReset}},
		{"their notes all the same", fake{after: hung, notes: notes("b"), anyway: true}},
	} {
		say, stopped := c.say, c.stopped
		for _, end := range ends {
			for _, all := range [][]fake{{stopped}, {stopped, {notes: notes("a")}, stopped, stopped}} {
				try := func(at, unwind time.Duration) func(*testing.T) {
					return func(t *testing.T) { wantCallersError(t, all, end, at, unwind, say) }
				}
				t.Run(fmt.Sprintf("%s, %v, %d shards", say, end, len(all)), func(t *testing.T) {
					kit.Bubble(t, try(time.Second, 0))
					kit.Bubble(t, try(time.Second, time.Minute))
					repeat(t, try(0, 0))
				})
			}
		}
	}
}

// wantCallersError fails t unless a search whose caller leaves returns the error
// of the caller's context, when it has ended or up to when its shards have stopped.
func wantCallersError(t *testing.T, all []fake, end error, at, unwind time.Duration, say string) {
	t.Helper()
	ctx, release := ending(end, at, nil)
	defer release()
	shards := fakes(all...)
	for _, s := range shards {
		s.unwind = unwind
	}
	_, err, took := search(ctx, shards)
	wantCallers(t, end, err, say)
	last := at + unwind
	if took < at || took > last {
		t.Fatalf("the caller's context ended at %v, the shards needed %v to stop: Search returned at %v; want %v to %v", at, unwind, took, at, last)
	}
	time.Sleep(last - took)
	wantNoneLive(t, shards, last)
}

// A callback is a shard that does what its function does.
type callback func(ctx context.Context) ([]leakyfanout.Note, error)

func (c callback) Search(ctx context.Context, _ string) ([]leakyfanout.Note, error) { return c(ctx) }

// Contract: "When the caller's context ends, so does the search", also when an
// answer that came before has not been read yet. That one and the end wake up
// whoever waits at the same time; in which order they run is tossed for.
func TestCallerLeavesAsAnAnswerComes(t *testing.T) {
	for _, late := range []error{errReset, nil} {
		say := "their notes all the same"
		if late != nil {
			say = "an error of their own"
		}
		kit.Bubble(t, func(t *testing.T) {
			for range 10 * rounds {
				ctx, leave := context.WithCancel(caller)
				answered := make(chan struct{})
				service := leakyfanout.NewService(
					callback(func(context.Context) ([]leakyfanout.Note, error) {
						time.Sleep(time.Second)
						close(answered)
						return notes("a"), nil
					}),
					callback(func(context.Context) ([]leakyfanout.Note, error) {
						<-answered
						leave()
						return notes("b"), late
					}),
				)
				_, err := service.Search(ctx, query)
				leave()
				wantCallers(t, context.Canceled, err, say)
			}
		})
	}
}

// wantCallers fails t unless errors.Is finds the error of the caller's context.
func wantCallers(t *testing.T, end, err error, say string) {
	t.Helper()
	switch {
	case err == nil:
		t.Fatalf("the caller's context ended with %q, the stopped shards returned %s, and Search returned no error;\n"+
			"the search was over when the caller left: it returns the error of the caller's context", end, say)
	case !errors.Is(err, end):
		t.Fatalf("the caller's context ended with %q, the stopped shards returned %s, and Search returned the error %q;\n"+
			"errors.Is must find in it the error of the caller's context", end, say, err)
	}
}

// A nested search is a shard that is a service itself; it remembers the error.
type nested struct {
	service *leakyfanout.Service
	mu      sync.Mutex
	err     error
}

func (n *nested) Search(ctx context.Context, query string) ([]leakyfanout.Note, error) {
	notes, err := n.service.Search(ctx, query)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.err = err
	return notes, err
}

// Contract: "Whatever its cause", also if the caller is a search and its context
// ended since another shard of that one failed.
func TestCallerMayBeASearch(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		shards := fakes(fake{after: hung}, fake{after: hung})
		inner := &nested{service: service(shards)}
		failing := &shard{fake: fake{err: errBoom, after: time.Second}}
		_, err := leakyfanout.NewService(inner, failing).Search(caller, query)
		wantError(t, err)
		wantNoneLive(t, shards, time.Second)
		inner.mu.Lock()
		defer inner.mu.Unlock()
		if !errors.Is(inner.err, context.Canceled) {
			t.Errorf("a service was a shard of another one, of which another shard failed with %q; the search of the first was cancelled,\n"+
				"and returned the error %v: errors.Is must find context.Canceled, as none of its own shards had failed", errBoom, inner.err)
		}
	})
}

// Contract: "When Search has returned, the context it gave to the shards has
// ended, on success too."
func TestShardContextsEndWithTheSearch(t *testing.T) {
	for _, all := range [][]fake{{{after: time.Second}}, {{notes: notes("a")}, {after: time.Second}}} {
		t.Run(fmt.Sprintf("%d shards", len(all)), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				shards := fakes(all...)
				_, err, took := search(caller, shards)
				wantAnswered(t, time.Second, took, err)
				for i, s := range shards {
					if _, ctx := s.seen(); ctx.Err() == nil {
						t.Errorf("Search returned without an error, the context it gave to shard %d goes on;\n"+
							"whoever derives a context ends it, on success too", i)
					}
				}
			})
		})
	}
}

// Contract: "Until then it is a child of the caller's: it has the caller's values."
func TestShardsGetTheValuesOfTheCaller(t *testing.T) {
	type key struct{}
	for n := 1; n <= 2; n++ {
		kit.Bubble(t, func(t *testing.T) {
			shards := fakes(slices.Repeat([]fake{{}}, n)...)
			_, err, took := search(context.WithValue(caller, key{}, "trace"), shards)
			wantAnswered(t, 0, took, err)
			for i, s := range shards {
				if _, ctx := s.seen(); ctx.Value(key{}) != "trace" {
					t.Errorf("the context of shard %d of %d lacks a value of the caller's context", i, n)
				}
			}
		})
	}
}

// Contract: "And the caller's deadline, or none."
func TestShardsGetTheDeadlineOfTheCaller(t *testing.T) {
	for _, limited := range []bool{true, false} {
		kit.Bubble(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(caller)
			if limited {
				ctx, cancel = context.WithTimeout(ctx, time.Minute)
			}
			shards := fakes(fake{}, fake{})
			_, err, _ := search(ctx, shards)
			cancel()
			if err != nil {
				t.Fatalf("shards that answer: Search returned the error %v", err)
			}
			for i, s := range shards {
				_, given := s.seen()
				want, wantSome := ctx.Deadline()
				if got, some := given.Deadline(); some != wantSome || !got.Equal(want) {
					t.Errorf("the caller's context has a deadline: %t; that of shard %d: %t, at another time: %t;\n"+
						"the shards get the deadline of the caller, and none of the search's own", wantSome, i, some, !got.Equal(want))
				}
			}
		})
	}
}
