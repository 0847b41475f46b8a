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
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	hung   = time.Hour // a shard that nobody stops works this long
	rounds = 64        // for tests in which a wrong repair may be lucky
)

var (
	errBoom  = errors.New("shard is down")
	errReset = errors.New("connection reset")
)

// caller never ends, so that whatever waits for its end is still there when the
// bubble looks for leaks; t.Context() has ended by then.
var caller = context.Background()

// A fake says how one shard behaves.
type fake struct {
	after   time.Duration // works this long, then
	notes   []leakyfanout.Note
	err     error
	unwind  time.Duration // told to stop, it takes this long
	stopped error         // and returns this, or the error of its context
}

func (f fake) answer(ctx context.Context) ([]leakyfanout.Note, error) {
	if ctx.Err() == nil {
		if f.after == 0 {
			return f.notes, f.err
		}
		select {
		case <-time.After(f.after):
			return f.notes, f.err
		case <-ctx.Done():
		}
	}
	time.Sleep(f.unwind)
	if f.stopped != nil {
		return nil, f.stopped
	}
	return nil, ctx.Err()
}

// A shard is a fake that remembers how it was called.
type shard struct {
	fake
	calls kit.Gauge

	mu    sync.Mutex
	asked []string
	ctx   context.Context
}

func (s *shard) Search(ctx context.Context, query string) ([]leakyfanout.Note, error) {
	defer s.calls.Enter()()
	s.mu.Lock()
	s.asked, s.ctx = append(s.asked, query), ctx
	s.mu.Unlock()
	return s.answer(ctx)
}

// seen returns the queries of all calls and the context of the last one.
func (s *shard) seen() ([]string, context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked, s.ctx
}

// byQuery is a shard that behaves differently for each query.
type byQuery map[string]fake

func (b byQuery) Search(ctx context.Context, query string) ([]leakyfanout.Note, error) {
	return b[query].answer(ctx)
}

func fakes(all ...fake) []*shard {
	shards := make([]*shard, len(all))
	for i, f := range all {
		shards[i] = &shard{fake: f}
	}
	return shards
}

// search asks a new service for "go" and says how much virtual time it took.
func search(ctx context.Context, shards []*shard) ([]leakyfanout.Note, error, time.Duration) {
	var all []leakyfanout.Shard
	for _, s := range shards {
		all = append(all, s)
	}
	start := time.Now()
	found, err := leakyfanout.NewService(all...).Search(ctx, "go")
	return found, err, time.Since(start)
}

func notes(ids ...string) []leakyfanout.Note {
	var all []leakyfanout.Note
	for _, id := range ids {
		all = append(all, leakyfanout.Note{ID: id, Title: "Note " + id})
	}
	return all
}

func ids(notes []leakyfanout.Note) []string {
	var all []string
	for _, n := range notes {
		all = append(all, n.ID)
	}
	return all
}

// A slowContext never ends. Whoever derives a context from it and cancels that
// gives way to all other goroutines after the cancellation has been seen and
// before the cancel function returns: what may happen in between does happen.
type slowContext struct {
	context.Context // without Done
	done            chan struct{}
}

func (c slowContext) Done() <-chan struct{} {
	giveWay()
	return c.done
}

// AfterFunc is what package context registers derived contexts with.
func (slowContext) AfterFunc(func()) (stop func() bool) {
	return func() bool {
		giveWay()
		return true
	}
}

func giveWay() {
	for range 100 {
		runtime.Gosched()
	}
}

// wantStopped fails t unless Search returned at the given moment and has left
// no shard at work. A shard that has been told to stop gets the chance to.
func wantStopped(t *testing.T, shards []*shard, at, took time.Duration) {
	t.Helper()
	wantNoneLive(t, shards, took)
	if took != at {
		t.Fatalf("Search returned at %v, the search was over at %v;\n"+
			"an answer that is certain must not wait for shards that have more to do", took, at)
	}
}

// wantNoneLive fails t if a shard is still being searched.
func wantNoneLive(t *testing.T, shards []*shard, now time.Duration) {
	t.Helper()
	synctest.Wait()
	live := 0
	for _, s := range shards {
		live += s.calls.Live()
	}
	if live > 0 {
		t.Fatalf("Search had returned, and at %v %d of the shards were still being searched for it;\n"+
			"a request that has answered must not leave work behind", now, live)
	}
}

// wantError fails t unless err is that of the shard that failed by itself.
func wantError(t *testing.T, err error) {
	t.Helper()
	switch {
	case err == nil:
		t.Fatalf("a shard failed with %q, and Search returned no error", errBoom)
	case !errors.Is(err, errBoom):
		t.Fatalf("a shard failed with %q, and Search returned the error %q;\n"+
			"the first failure is the error of the search: errors.Is must find it", errBoom, err)
	case errors.Is(err, context.Canceled):
		t.Fatalf("a shard failed with %q, and errors.Is finds context.Canceled in the error of Search;\n"+
			"a caller that has not cancelled anything must not read that", errBoom)
	}
}

// Contract: "Search asks every shard once, all at the same time."
func TestShardsAreAskedTogether(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		shards := fakes(
			fake{after: 3 * time.Second},
			fake{after: 1 * time.Second},
			fake{after: 2 * time.Second},
		)
		_, err, took := search(caller, shards)
		if err != nil || took != 3*time.Second {
			t.Errorf("shards that answer after 3s, 1s and 2s: Search returned after %v with error %v;\n"+
				"asked at the same time, they need 3s together", took, err)
		}
		for i, s := range shards {
			if asked, _ := s.seen(); !slices.Equal(asked, []string{"go"}) {
				t.Errorf("Search(ctx, \"go\") asked shard %d for %q; every shard is asked once, with the query of the caller", i, asked)
			}
		}
	})
}

// Contract: "The notes come in the order of the shards", whichever answers first;
// "without shards there are none, and no error."
func TestNotesComeInTheOrderOfTheShards(t *testing.T) {
	for _, n := range []int{0, 1, 2, 7} {
		t.Run(fmt.Sprintf("%d shards", n), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				var all []fake
				var want []leakyfanout.Note
				for i := range n { // the last shard answers first; every third has nothing
					own := notes("a", "b", "c")[:(i+1)%3]
					all = append(all, fake{notes: own, after: time.Duration(n-i) * time.Second})
					want = append(want, own...)
				}
				got, err, _ := search(caller, fakes(all...))
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("Search returned the notes %v and the error %v;\n"+
						"want %v: those of the first shard, then those of the second, and so on", ids(got), err, ids(want))
				}
			})
		})
	}
}

// Contract: "When a shard fails, the search is over at that moment."
func TestFirstErrorStopsTheRest(t *testing.T) {
	for name, failing := range map[string]fake{
		"at once":    {err: errBoom},
		"after 1s":   {err: errBoom, after: time.Second},
		"after 59m":  {err: errBoom, after: 59 * time.Minute},
		"with notes": {err: errBoom, after: time.Second, notes: notes("x")},
	} {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				answered := fake{after: failing.after / 2, notes: notes("a")}
				shards := fakes(fake{after: hung}, answered, fake{after: hung}, failing, fake{after: hung})
				_, err, took := search(caller, shards)
				wantStopped(t, shards, failing.after, took)
				wantError(t, err)
			})
		})
	}
}

// Contract: "An error counts whenever it comes", from the only shard or the last
// one to answer.
func TestErrorOfTheLastShardToAnswer(t *testing.T) {
	for _, others := range [][]fake{nil, {{notes: notes("a")}}, {{notes: notes("a")}, {}, {notes: notes("b"), after: time.Second}}} {
		for _, after := range []time.Duration{0, 5 * time.Second} {
			t.Run(fmt.Sprintf("after %v, %d others", after, len(others)), func(t *testing.T) {
				for range rounds {
					kit.Bubble(t, func(t *testing.T) {
						shards := fakes(append(slices.Clone(others), fake{err: errBoom, after: after})...)
						_, err, took := search(slowContext{caller, make(chan struct{})}, shards)
						wantStopped(t, shards, after, took)
						wantError(t, err)
					})
				}
			})
		}
	}
}

// Contract: "The error is that of the shard that failed first", not what the
// others say when they are stopped.
func TestFirstErrorIsTheOneReturned(t *testing.T) {
	for range rounds {
		kit.Bubble(t, func(t *testing.T) {
			shards := fakes(
				fake{after: hung}, // stopped, it returns context.Canceled
				fake{after: hung, stopped: errReset},
				fake{err: errBoom, after: time.Second},
				fake{after: hung, stopped: errReset},
				fake{err: errReset, after: 2 * time.Second},
			)
			_, err, took := search(slowContext{caller, make(chan struct{})}, shards)
			wantStopped(t, shards, time.Second, took)
			wantError(t, err)
		})
	}
}

// Contract: "If several fail at the same moment, it is the error of one of them."
func TestErrorsAtTheSameMoment(t *testing.T) {
	for _, after := range []time.Duration{0, time.Second} {
		t.Run(fmt.Sprintf("after %v", after), func(t *testing.T) {
			for range rounds {
				kit.Bubble(t, func(t *testing.T) {
					failing := fake{err: errBoom, after: after}
					shards := fakes(failing, fake{after: hung}, failing, fake{notes: notes("a"), after: after}, failing, failing)
					_, err, took := search(caller, shards)
					wantStopped(t, shards, after, took)
					wantError(t, err)
				})
			}
		})
	}
}

// Contract: "A shard that runs out of its own time has failed like any other."
func TestDeadlineOfAShardIsAnError(t *testing.T) {
	for _, own := range []error{context.DeadlineExceeded, context.Canceled} {
		t.Run(own.Error(), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				shards := fakes(fake{after: hung}, fake{err: own, after: time.Second}, fake{notes: notes("a")})
				_, err, took := search(caller, shards)
				wantStopped(t, shards, time.Second, took)
				if !errors.Is(err, own) {
					t.Errorf("a shard failed with %q by itself, and Search returned the error %v;\n"+
						"the caller's context had not ended: this is the error of the search", own, err)
				}
			})
		})
	}
}

// Contract: "Search may return before the stopped shards do, or wait for them;
// when they have returned, no goroutine is left."
func TestShardsMayTakeTimeToStop(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		shards := fakes(
			fake{after: hung, unwind: 2 * time.Second},
			fake{err: errBoom, after: time.Second},
			fake{after: hung, unwind: time.Second, stopped: errReset},
		)
		_, err, took := search(caller, shards)
		if took < time.Second || took > 3*time.Second {
			t.Errorf("a shard failed at 1s, the others needed up to 2s to stop: Search returned at %v; want 1s to 3s", took)
		}
		wantError(t, err)
		time.Sleep(3*time.Second - took)
		wantNoneLive(t, shards, 3*time.Second)
	})
}

// Contract: "When the caller's context ends, so does the search."
func TestCallerEndsTheSearch(t *testing.T) {
	for _, want := range []error{context.Canceled, context.DeadlineExceeded} {
		for _, at := range []time.Duration{0, time.Second} {
			for _, n := range []int{1, 4} {
				t.Run(fmt.Sprintf("%v at %v with %d shards", want, at, n), func(t *testing.T) {
					for range rounds {
						kit.Bubble(t, func(t *testing.T) {
							ctx, cancel := context.WithCancel(caller)
							if want == context.DeadlineExceeded {
								ctx, cancel = context.WithTimeout(ctx, at)
							} else {
								time.AfterFunc(at, cancel)
								synctest.Wait() // at 0s it is cancelled before the search
							}
							shards := fakes(slices.Repeat([]fake{{after: hung}}, n)...)
							_, err, took := search(ctx, shards)
							cancel()
							wantStopped(t, shards, at, took)
							if !errors.Is(err, want) {
								t.Fatalf("the caller's context ended with %q, Search returned the error %v;\n"+
									"errors.Is must find in it why the search ended", want, err)
							}
						})
					}
				})
			}
		}
	}
}

// Contract: "When Search has returned, the context it gave to the shards has
// ended, on success too; until then it is a child of the caller's."
func TestShardContextsEndWithTheSearch(t *testing.T) {
	type key struct{}
	kit.Bubble(t, func(t *testing.T) {
		shards := fakes(fake{notes: notes("a")}, fake{after: time.Second})
		_, err, took := search(context.WithValue(caller, key{}, "trace"), shards)
		if err != nil || took != time.Second {
			t.Fatalf("shards that answer: Search returned the error %v after %v; want none after 1s", err, took)
		}
		for i, s := range shards {
			_, ctx := s.seen()
			if ctx.Value(key{}) != "trace" {
				t.Errorf("the context of shard %d lacks a value of the caller's context", i)
			}
			if ctx.Err() == nil {
				t.Errorf("Search returned without an error, the context it gave to shard %d goes on;\n"+
					"whoever derives a context ends it, on success too", i)
			}
		}
	})
}

// Contract: "Searches do not disturb each other", neither at the same time nor
// one after another.
func TestSearchesAreIndependent(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		service := leakyfanout.NewService(
			byQuery{"good": {notes: notes("a"), after: 2 * time.Second}, "bad": {after: hung}},
			byQuery{"good": {notes: notes("b"), after: 3 * time.Second}, "bad": {err: errBoom, after: time.Second}},
		)
		var running sync.WaitGroup
		for range 3 {
			running.Go(func() {
				if got, err := service.Search(caller, "good"); err != nil || !slices.Equal(got, notes("a", "b")) {
					t.Errorf("beside a search that fails, another returned %v and the error %v; want its own notes [a b]", ids(got), err)
				}
			})
			running.Go(func() {
				if got, err := service.Search(caller, "bad"); !errors.Is(err, errBoom) {
					t.Errorf("beside a search that succeeds, one that fails returned %v and the error %v; want the error of its shard", ids(got), err)
				}
			})
			time.Sleep(500 * time.Millisecond)
		}
		running.Wait()
	})
}
