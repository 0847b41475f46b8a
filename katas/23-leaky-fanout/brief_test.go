package leakyfanout_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
		shards := slices.Repeat([]*shard{{after: time.Second, err: errBoom}}, 20)
		_, _, _ = search(caller, shards) // the bubble looks for what is left
	})
}

// Keep 3: every shard is asked once, all at the same time, however many they are.
func TestShardsAreAskedTogether(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := &shard{after: time.Second}
		_, err, took := search(caller, slices.Repeat([]*shard{s}, 2000))
		if took > time.Second {
			t.Errorf("each of 2000 shards needs 1s, and Search returned after %v:\nall are asked at the same time (Keep 3)", took)
		}
		if asked := s.asked.Load(); asked != 2000 {
			t.Errorf("Search of 2000 shards returned the error \"%v\" and has asked %d times:\neach is asked once (Keep 3)", err, asked)
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
			wantError(t, err, errBoom, fmt.Sprintf("the first shard to fail said %q", errBoom), "that failure is the error (Keep 5)")
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
	kit.Bubble(t, func(t *testing.T) {
		_, err, took := search(leaving(), []*shard{{after: hung}, {notes: notes("a")}})
		if took != time.Second {
			t.Errorf("the caller left at 1s, and Search returned at %v:\nthe search is over when the caller leaves (Keep 5)", took)
		}
		contract := "errors.Is finds the error of the context (Keep 5)"
		if errors.Is(err, errLeft) {
			contract = "that is only the cause that the caller gave; " + contract
		}
		wantError(t, err, context.Canceled, "the caller left at 1s", contract)
	})
}

// Keep 6: searches of one service ask for themselves, and none ends another one.
func TestSearchesHaveNothingInCommon(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		shards := []*shard{{after: time.Second / 2, notes: notes("a")}, {after: 2 * time.Second, notes: notes("b")}}
		s := service(shards)
		go func() { _, _ = s.Search(leaving(), "go") }()
		time.Sleep(100 * time.Millisecond)
		for _, when := range []string{"beside a search whose caller leaves", "after a search whose caller left"} {
			if got, err := s.Search(caller, "go"); err != nil || !slices.Equal(got, notes("a", "b")) {
				t.Errorf("%s, Search returned %v and the error \"%v\":\nwant [a b] of its own (Keep 6)", when, ids(got), err)
			}
		}
		for i, shard := range shards {
			if asked := shard.asked.Load(); asked != 3 {
				t.Errorf("there were 3 searches, and shard %d was asked %d times:\neach search asks the shards for itself (Keep 6)", i, asked)
			}
		}
	})
}
