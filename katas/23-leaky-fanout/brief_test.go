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
		"the first of three fails": {20 * time.Second, []*shard{{after: 20 * time.Second, err: errBoom}, hungs(), hungs()}},
		"the last of three fails":  {time.Second, []*shard{hungs(), {notes: notes("a")}, {after: time.Second, err: errBoom}}},
		"the last to answer fails": {2 * time.Second, []*shard{{}, {after: 2 * time.Second, err: errBoom}, {after: time.Second}}},
	}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				_, err, took := search(caller, c.shards)
				time.Sleep(c.at + unwind - took) // those that stop take their time
				for i, s := range c.shards {
					if told := time.Duration(s.told.Load()); s.after > c.at && told != c.at {
						t.Fatalf("a shard failed at %v, and shard %d, which was still searching, was not told to stop at that moment:\n"+
							"the context that Search gave it went on (Restore 1)", c.at, i)
					}
				}
				if err == nil || took > c.at+unwind {
					t.Errorf("a shard failed at %v, and Search returned the error \"%v\" at %v:\na failure ends the search (Restore 1)", c.at, err, took)
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
		_, err, took := search(caller, shards)
		if took > time.Second {
			t.Errorf("each of 2000 shards needs 1s, and Search returned after %v:\nall are asked at the same time (Keep 3)", took)
		}
		for i, s := range shards {
			if asked := s.asked.Load(); asked != 1 {
				t.Fatalf("Search returned the error \"%v\" and has asked shard %d of 2000 %d times: each is asked once (Keep 3)", err, i, asked)
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
			t.Errorf("four shards answered, the last one first: Search returned the notes %v and the error \"%v\";\nwant %v, in the order of the shards (Keep 4)",
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
			time.Sleep(hung) // who was not told to stop is for other tests to find
			wantMoreThanText(t, err, errBoom)
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

// Keep 5: when the caller leaves, the search is over and says so, also if the
// caller's context ends with a cause of its own.
func TestCallerEndsTheSearch(t *testing.T) {
	for _, end := range ends {
		kit.Bubble(t, func(t *testing.T) {
			ctx, release := leaving(end)
			_, err, took := search(ctx, []*shard{{after: hung}, {notes: notes("a")}})
			release()
			if took != time.Second {
				t.Errorf("the caller left at 1s, and Search returned at %v:\nthe search is over when the caller leaves (Keep 5)", took)
			}
			wantMoreThanText(t, err, end)
			if errors.Is(err, context.Cause(ctx)) && !errors.Is(err, end) {
				t.Errorf("the caller's context ended with %q, and Search returned only the cause that the caller gave, %q:\n"+
					"errors.Is finds the error of the context (Keep 5)", end, err)
			} else if !errors.Is(err, end) {
				t.Errorf("the caller's context ended with %q, and Search returned the error \"%v\":\n"+
					"errors.Is finds the error of the context (Keep 5)", end, err)
			}
		})
	}
}

// Keep 6: searches of one service ask for themselves, and none ends another one.
func TestSearchesHaveNothingInCommon(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		shards := []*shard{{after: time.Second, notes: notes("a")}, {after: 2 * time.Second, notes: notes("b")}}
		s := service(shards)
		patient := func(when string) {
			if got, err := s.Search(caller, "go"); err != nil || !slices.Equal(got, notes("a", "b")) {
				t.Errorf("%s, Search returned %v and the error \"%v\":\nwant [a b] of its own (Keep 6)", when, ids(got), err)
			}
		}
		impatient, leave := context.WithTimeout(caller, 1500*time.Millisecond)
		defer leave()
		var running sync.WaitGroup
		running.Go(func() { _, _ = s.Search(impatient, "go") })
		running.Go(func() {
			time.Sleep(100 * time.Millisecond)
			patient("beside a search whose caller leaves")
		})
		running.Wait()
		patient("after a search whose caller left")
		for i, shard := range shards {
			if asked := shard.asked.Load(); asked != 3 {
				t.Errorf("there were 3 searches, and shard %d was asked %d times:\neach search asks the shards for itself (Keep 6)", i, asked)
			}
		}
	})
}
