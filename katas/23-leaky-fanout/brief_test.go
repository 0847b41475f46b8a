package leakyfanout_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: when a shard fails, the others are told to stop at that moment, and
// the search is over when they have. Search may wait for them or not.
func TestFirstErrorStopsTheRest(t *testing.T) {
	const unwind = 4 * time.Second
	hungs := func() *shard { return &shard{after: hung, unwind: unwind} }
	for name, c := range kit.Sorted(map[string]struct {
		at     time.Duration // of the first failure
		shards []*shard
	}{
		"the first of three fails":    {59 * time.Minute, []*shard{{after: 59 * time.Minute, err: errBoom}, hungs(), hungs()}},
		"the last of three fails":     {0, []*shard{hungs(), {notes: notes("a"), after: time.Second}, {err: errBoom}}},
		"the last to answer fails":    {2 * time.Second, []*shard{{}, {after: 2 * time.Second, err: errBoom}, {after: time.Second}}},
		"another one would fail, too": {time.Second, []*shard{{after: 2 * time.Second, err: errReset}, {after: time.Second, err: errBoom}}},
	}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				_, err, took := search(caller, c.shards)
				time.Sleep(c.at + unwind - took) // those that stop take their time
				for i, s := range c.shards {
					if s.after > c.at && s.told() != c.at {
						t.Fatalf("a shard failed at %v, and shard %d, which was still searching, was not told to stop at that moment:\n"+
							"the context that Search gave it went on (Restore 1)", c.at, i)
					}
				}
				if err == nil || took > c.at+unwind {
					t.Errorf("a shard failed at %v, and Search returned the error %v at %v:\na failure ends the search (Restore 1)", c.at, err, took)
				}
			})
		})
	}
}

// Restore 2: nothing is left running. Of all these answers Search reads one; who
// takes the others?
func TestErrorsAtTheSameMoment(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		var shards []*shard
		for range 20 {
			shards = append(shards, &shard{after: time.Second, err: errBoom})
		}
		_, _, _ = search(caller, shards) // the bubble looks for what is left
	})
}

// Keep 3: every shard is asked once, all at the same time, however many they are.
func TestShardsAreAskedTogether(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		var shards []*shard
		for range 2000 {
			shards = append(shards, &shard{after: time.Second})
		}
		start := time.Now()
		_, err, _ := search(caller, shards)
		for i, s := range shards {
			calls := s.asked()
			if len(calls) != 1 {
				t.Fatalf("Search returned the error %v and has asked shard %d of 2000 %d times: each is asked once (Keep 3)", err, i, len(calls))
			}
			if late := calls[0].at.Sub(start); late > 0 {
				t.Fatalf("shard %d of 2000 was asked %v after Search began: all are asked at the same time (Keep 3)", i, late)
			}
		}
	})
}

// Keep 4: the notes come in the order of the shards, whichever answers first.
func TestNotesComeInTheOrderOfTheShards(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		got, err, _ := search(caller, []*shard{
			{after: 3 * time.Second, notes: notes("a", "b")}, {after: time.Second}, {after: 2 * time.Second, notes: notes("c")}, {notes: notes("d")},
		})
		if want := notes("a", "b", "c", "d"); err != nil || !slices.Equal(got, want) {
			t.Errorf("four shards answered, the last one first: Search returned the notes %v and the error %v;\nwant %v, in the order of the shards (Keep 4)",
				ids(got), err, ids(want))
		}
	})
}

// Keep 5: the first failure is the error, not what the others say when they stop.
func TestFirstErrorIsTheOneReturned(t *testing.T) {
	for range 8 { // a wrong repair may be lucky
		kit.Bubble(t, func(t *testing.T) {
			_, err, _ := search(kit.SlowCancel(), []*shard{
				{after: hung}, {after: hung, stopped: errReset}, {after: time.Second, err: errBoom}, {after: 2 * time.Second, err: errReset},
			})
			if !errors.Is(err, errBoom) {
				t.Fatalf("the first shard to fail said %q, and Search returned the error \"%v\":\nerrors.Is does not find the first failure in it (Keep 5)", errBoom, err)
			}
			for _, other := range []error{errReset, context.Canceled} {
				if errors.Is(err, other) {
					t.Fatalf("the first shard to fail said %q, and Search returned the error %q:\nerrors.Is finds %q in it, of a shard that was stopped (Keep 5)", errBoom, err, other)
				}
			}
		})
		if t.Failed() {
			return // what a failed round leaves behind slows down all that follow
		}
	}
}

// Keep 5: when the caller leaves, the search is over and says so.
func TestCallerEndsTheSearch(t *testing.T) {
	for _, end := range ends {
		kit.Bubble(t, func(t *testing.T) {
			ctx, release := leaving(end, nil)
			_, err, took := search(ctx, []*shard{{after: hung}, {notes: notes("a")}})
			release()
			if took != time.Second || !errors.Is(err, end) {
				t.Errorf("the caller left at 1s, and Search returned the error \"%v\" at %v:\nthe search is over then, and errors.Is finds %q (Keep 5)", err, took, end)
			}
		})
	}
}

// Keep 6: searches of one service, at the same time and one after another, also
// for the same query and after one that was given up, each ask the shards.
func TestSearchesHaveNothingInCommon(t *testing.T) {
	type key struct{}
	kit.Bubble(t, func(t *testing.T) {
		shards := []*shard{{after: time.Second, notes: notes("a")}, {after: 2 * time.Second, notes: notes("b")}}
		s := service(shards)
		want := func(when, q string, want ...string) {
			if got, err := s.Search(context.WithValue(caller, key{}, "trace"), q); err != nil || !slices.Equal(got, notes(want...)) {
				t.Errorf("%s, Search(ctx, %q) returned %v and the error %v:\nwant its own notes %v (Keep 6)", when, q, ids(got), err, want)
			}
		}
		for range 2 {
			impatient, leave := context.WithTimeout(context.WithValue(caller, key{}, "trace"), 500*time.Millisecond)
			var running sync.WaitGroup
			running.Go(func() { _, _ = s.Search(impatient, query) })
			running.Go(func() {
				time.Sleep(100 * time.Millisecond)
				want("beside a search whose caller leaves", query, "a", "b")
			})
			running.Go(func() {
				time.Sleep(1500 * time.Millisecond) // one shard of the other search has answered
				want("beside a search for another query", "x", "x", "x")
			})
			running.Wait()
			leave()
		}
		for i, shard := range shards {
			if calls := shard.asked(); len(calls) != 6 {
				t.Errorf("6 searches, and shard %d was asked %d times:\nnotes change, so each search asks for itself (Keep 6)", i, len(calls))
			} else if calls[0].ctx.Value(key{}) != "trace" {
				t.Errorf("the context that Search gave to shard %d lacks a value of its caller's:\neach search derives one from that of its own caller (Keep 6)", i)
			}
		}
	})
}
