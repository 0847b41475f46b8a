package leakyfanout_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	leakyfanout "example.com/leakproof/katas/12-leaky-fanout"
	"example.com/leakproof/katas/internal/kit"
)

// Contract: "When the caller's context ends, so does the search."
func TestCallerEndsTheSearch(t *testing.T) {
	for _, want := range []error{context.Canceled, context.DeadlineExceeded} {
		for _, at := range []time.Duration{0, time.Second} {
			for _, n := range []int{1, 4} {
				t.Run(fmt.Sprintf("%v at %v with %d shards", want, at, n), func(t *testing.T) {
					var cause error // none in the first round
					repeat(t, func(t *testing.T) {
						ctx, leave := context.WithCancelCause(caller)
						cancel := func() { leave(cause) }
						if errors.Is(want, context.DeadlineExceeded) {
							ctx, cancel = context.WithTimeoutCause(ctx, at, cause)
						} else {
							time.AfterFunc(at, cancel)
							synctest.Wait() // at 0s it is cancelled before the search
						}
						shards := fakes(slices.Repeat([]fake{{after: hung}}, n)...)
						_, err, took := search(ctx, shards)
						cancel()
						leave(nil)
						wantStopped(t, shards, at, took)
						if !errors.Is(err, want) {
							t.Fatalf("the caller's context ended with %q (cause: %v), Search returned the error %v;\n"+
								"errors.Is must find in it the error of that context", want, cause, err)
						}
						cause = errors.New("the client closed its connection")
					})
				})
			}
		}
	}
}

// Contract: "When Search has returned, the context it gave to the shards has
// ended, on success too; until then it is a child of the caller's."
func TestShardContextsEndWithTheSearch(t *testing.T) {
	type key struct{}
	for _, all := range [][]fake{{{after: time.Second}}, {{notes: notes("a")}, {after: time.Second}}} {
		t.Run(fmt.Sprintf("%d shards", len(all)), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				shards := fakes(all...)
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
		})
	}
}

// Contract: "It has the caller's values and the caller's deadline, or none."
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

// Contract: "Each returns the notes of its own query", of this search only.
func TestSearchesReturnTheirOwnNotes(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		service := leakyfanout.NewService(
			byQuery{"x": {notes: notes("x1"), after: time.Second}, "y": {notes: notes("y1"), after: 2 * time.Second}, "none": {}},
			byQuery{"x": {notes: notes("x2"), after: 3 * time.Second}, "y": {notes: notes("y2"), after: 4 * time.Second}, "none": {}},
		)
		want := map[string][]leakyfanout.Note{"x": notes("x1", "x2"), "y": notes("y1", "y2"), "none": nil}
		ask := func(query, when string) {
			if got, err := service.Search(caller, query); err != nil || !slices.Equal(got, want[query]) {
				t.Errorf("%s, Search(ctx, %q) returned %v and the error %v; want the notes %v", when, query, ids(got), err, ids(want[query]))
			}
		}
		for range rounds { // what is kept for reuse may be dropped now and then
			var running sync.WaitGroup
			running.Go(func() { ask("x", "beside a search for another query") })
			running.Go(func() { ask("y", "beside a search for another query") })
			running.Wait()
			ask("none", "after searches for other queries")
			if t.Failed() {
				return
			}
		}
	})
}

// Contract: "Each asks the shards, also if another search has the same query",
// at the same time or before.
func TestEqualQueriesAreAskedAgain(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		shards := fakes(fake{after: 2 * time.Second, notes: notes("a")}, fake{notes: notes("b")})
		service := service(shards)
		ask := func(when string) {
			if got, err := service.Search(caller, query); err != nil || !slices.Equal(got, notes("a", "b")) {
				t.Errorf("%s, Search returned %v and the error %v; want its own notes [a b]", when, ids(got), err)
			}
		}
		impatient, cancel := context.WithTimeout(caller, time.Second)
		defer cancel()
		var running sync.WaitGroup
		running.Go(func() {
			if _, err := service.Search(impatient, query); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the caller's deadline passed before a shard answered: Search returned the error %v", err)
			}
		})
		synctest.Wait()
		running.Go(func() { ask("beside an equal search whose caller leaves") })
		running.Wait()
		ask("after an equal search")
		for i, s := range shards {
			if asked, _ := s.seen(); len(asked) != 3 {
				t.Errorf("three searches for the same query asked shard %d %d times;\n"+
					"notes change: every search asks the shards", i, len(asked))
			}
		}
	})
}
