package leakyfanout_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	leakyfanout "example.com/leakproof/katas/23-leaky-fanout"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: a failure ends the search at that moment, and the others are told.
func TestFirstErrorStopsTheRest(t *testing.T) {
	for _, after := range []time.Duration{0, time.Second, 59 * time.Minute} {
		t.Run(fmt.Sprintf("after %v", after), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				shards := []*shard{{after: hung}, {notes: notes("a")}, {after: hung}, {after: after, err: errBoom}, {after: hung}}
				_, err, took := search(caller, shards)
				wantOver(t, shards, after, took, err)
				wantError(t, err)
			})
		})
	}
}

// Restore 1: also if the only shard fails, or the last one to answer.
func TestErrorOfTheLastShardToAnswer(t *testing.T) {
	for _, shards := range [][]*shard{{{err: errBoom}}, {{notes: notes("a")}, {after: time.Second}, {after: 2 * time.Second, err: errBoom}}} {
		kit.Bubble(t, func(t *testing.T) {
			_, err, took := search(caller, shards)
			wantOver(t, shards, shards[len(shards)-1].after, took, err)
			wantError(t, err)
		})
	}
}

// Restore 2: several that fail at the same moment leave nothing behind. Search
// reads one answer; who takes the others?
func TestErrorsAtTheSameMoment(t *testing.T) {
	for _, n := range []int{3, 200} {
		t.Run(fmt.Sprintf("%d shards", n), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				shards := []*shard{{after: hung}}
				for range n {
					shards = append(shards, &shard{after: time.Second, err: errBoom})
				}
				_, err, took := search(caller, shards)
				wantOver(t, shards, time.Second, took, err)
				wantError(t, err)
			})
		})
	}
}

// Restore 2, and the fine print: Search may return before the stopped shards do,
// or wait for them. When they have returned, nothing is left.
func TestShardsMayTakeTimeToStop(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		shards := []*shard{{after: hung, unwind: 4 * time.Second}, {after: time.Second, err: errBoom}, {after: hung, unwind: 2 * time.Second}}
		_, err, took := search(caller, shards)
		const last = 5 * time.Second
		if took < time.Second || took > last {
			t.Fatalf("a shard failed at 1s, the others needed up to 4s to stop, and Search returned at %v (Restore 1)", took)
		}
		wantError(t, err)
		time.Sleep(last - took)
		wantNoneLive(t, shards, last)
	})
}

// Keep 3: every shard is asked once, all at the same time, however many they are.
func TestShardsAreAskedTogether(t *testing.T) {
	for _, n := range []int{3, 2000} {
		kit.Bubble(t, func(t *testing.T) {
			var shards []*shard
			for i := range n {
				shards = append(shards, &shard{after: time.Duration(1+i%3) * time.Second})
			}
			start := time.Now()
			_, err, _ := search(caller, shards)
			for i, s := range shards {
				asked, _ := s.seen()
				if len(asked) != 1 {
					t.Fatalf("Search returned the error %v and has asked shard %d of %d %d times: each is asked once (Keep 3)", err, i, n, len(asked))
				}
				if late := asked[0].Sub(start); late > 0 {
					t.Fatalf("shard %d of %d was asked %v after Search began: all are asked at the same time (Keep 3)", i, n, late)
				}
			}
		})
	}
}

// Keep 4: the notes come in the order of the shards, whichever answers first.
func TestNotesComeInTheOrderOfTheShards(t *testing.T) {
	for n := range 4 {
		kit.Bubble(t, func(t *testing.T) {
			var shards []*shard
			var want []leakyfanout.Note
			for i := range n { // the last shard answers first
				own := notes("a", "b", "c")[:i+1]
				shards = append(shards, &shard{notes: own, after: time.Duration(n-i) * time.Second})
				want = append(want, own...)
			}
			got, err, _ := search(caller, shards)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%d shards answered, the last one first: Search returned the notes %v and the error %v;\nwant %v, in the order of the shards (Keep 4)",
					n, ids(got), err, ids(want))
			}
		})
	}
}

// Keep 5: the first failure is the error, not what the others say when they stop.
func TestFirstErrorIsTheOneReturned(t *testing.T) {
	for range 8 { // a wrong repair may be lucky
		kit.Bubble(t, func(t *testing.T) {
			shards := []*shard{{after: hung}, {after: hung, stopped: errReset}, {after: time.Second, err: errBoom}, {after: 2 * time.Second, err: errReset}}
			_, err, took := search(kit.SlowCancel(), shards)
			wantOver(t, shards, time.Second, took, err)
			wantError(t, err)
		})
		if t.Failed() {
			return // what a failed round leaves behind slows down all that follow
		}
	}
}

// Keep 5: when the caller leaves, the search is over and says so.
func TestCallerEndsTheSearch(t *testing.T) {
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		for _, at := range []time.Duration{0, time.Second} {
			t.Run(fmt.Sprintf("%v at %v", end, at), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					ctx, release := ending(end, at, nil)
					shards := []*shard{{after: hung}, {after: hung}}
					_, err, took := search(ctx, shards)
					release()
					wantOver(t, shards, at, took, err)
					if !errors.Is(err, end) {
						t.Fatalf("the caller's context ended with %q, and Search returned the error %q:\nerrors.Is does not find the first in the second (Keep 5)", end, err)
					}
				})
			})
		}
	}
}

// Keep 6: searches of one service, at the same time and one after another, also
// for the same query and after a failure, each ask the shards.
func TestSearchesHaveNothingInCommon(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		shards := []*shard{{after: time.Second, notes: notes("a")}, {after: 2 * time.Second, notes: notes("b")}}
		s := service(shards)
		asked := 0
		want := func(when, q string, want ...string) {
			if got, err := s.Search(caller, q); err != nil || !slices.Equal(got, notes(want...)) {
				t.Errorf("%s, Search(ctx, %q) returned %v and the error %v; want its own notes %v (Keep 6)", when, q, ids(got), err, want)
			}
		}
		for range 3 {
			impatient, leave := context.WithTimeout(caller, 500*time.Millisecond)
			var running sync.WaitGroup
			running.Go(func() { _, _ = s.Search(impatient, query) })
			running.Go(func() { want("beside a search whose caller leaves", query, "a", "b") })
			running.Go(func() {
				time.Sleep(1500 * time.Millisecond) // one shard of the other search has answered
				want("beside a search for another query", "x", "x", "x")
			})
			running.Wait()
			leave()
			want("after other searches", query, "a", "b")
			asked += 4
		}
		for i, shard := range shards {
			if times, _ := shard.seen(); len(times) != asked {
				t.Errorf("%d searches, and shard %d was asked %d times:\nnotes change, so each search asks for itself (Keep 6)", asked, i, len(times))
			}
		}
	})
}
