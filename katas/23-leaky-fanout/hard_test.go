package leakyfanout_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"example.com/leakproof/katas/internal/kit"
)

// The tests of this file are about the fine print.

// A slow shard is waited for. Who looks for answers now and then is found out by
// the first round, before it looks for a month.
func TestSlowShardsAreWaitedFor(t *testing.T) {
	for _, after := range []time.Duration{time.Second + 1, 30 * 24 * time.Hour} {
		kit.Bubble(t, func(t *testing.T) {
			got, err, took := search(caller, []*shard{{after: after, notes: notes("a")}, {}})
			if err != nil || !slices.Equal(got, notes("a")) || took != after {
				t.Fatalf("a shard answered after %v, and Search returned %v and the error %v at %v:\n"+
					"a slow shard is waited for as long as the caller waits (fine print)", after, ids(got), err, took)
			}
		})
		if t.Failed() {
			return
		}
	}
}

// A shard that runs out of its own time has failed like any other.
func TestDeadlineOfAShardIsAnError(t *testing.T) {
	for _, own := range []error{context.DeadlineExceeded, context.Canceled} {
		kit.Bubble(t, func(t *testing.T) {
			shards := []*shard{{after: hung, stopped: errReset}, {after: time.Second, err: own}, {notes: notes("a")}}
			_, err, took := search(caller, shards)
			if wantOver(t, shards, time.Second, took, err); !errors.Is(err, own) {
				t.Errorf("a shard failed with %q by itself, the caller had not left, and Search returned the error %q:\n"+
					"this is a failure like any other (fine print)", own, err)
			}
		})
	}
}

// The caller leaves while the stopped shards clean up.
func TestFirstErrorStaysWhenTheCallerLeavesLater(t *testing.T) {
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		kit.Bubble(t, func(t *testing.T) {
			ctx, release := ending(end, 2*time.Second, nil)
			_, err, took := search(ctx, []*shard{{after: hung, unwind: 3 * time.Second}, {after: time.Second, err: errBoom}})
			time.Sleep(4*time.Second - took)
			release()
			wantError(t, err)
		})
	}
}

func TestCallersErrorWhateverItsCause(t *testing.T) {
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		kit.Bubble(t, func(t *testing.T) {
			ctx, release := ending(end, time.Second, errors.New("the client closed its connection"))
			defer release()
			if _, err, _ := search(ctx, []*shard{{after: hung}, {notes: notes("a")}}); !errors.Is(err, end) {
				t.Errorf("the caller's context ended with %q and the cause %q, and Search returned the error %q:\n"+
					"errors.Is does not find the error of the context in it (fine print)", end, context.Cause(ctx), err)
			}
		})
	}
}

// The shards' context is the caller's or one derived from it, and ends with Search.
func TestShardsGetAContextOfTheCaller(t *testing.T) {
	type key struct{}
	kit.Bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.WithValue(caller, key{}, "trace"), time.Minute)
		defer cancel()
		shards := []*shard{{after: time.Second}, {}}
		if _, err, _ := search(ctx, shards); err != nil {
			t.Fatalf("all shards answered, and Search returned the error %q (Keep 4)", err)
		}
		want, _ := ctx.Deadline()
		for i, s := range shards {
			_, given := s.seen()
			if got, _ := given.Deadline(); given.Value(key{}) != "trace" || !got.Equal(want) {
				t.Errorf("the context of shard %d has the value %v and the deadline %v of the caller's %q and %v:\n"+
					"it is derived from the caller's (fine print)", i, given.Value(key{}), got, "trace", want)
			}
			if given.Err() == nil {
				t.Errorf("Search returned, and the context it gave to shard %d goes on:\nwho derives a context ends it, on success too (fine print)", i)
			}
		}
	})
}

// A shard may return the head of a longer list that it keeps.
func TestSlicesOfTheShardsStayAsTheyAre(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		kept := notes("c", "a", "b", "a")
		before := slices.Clone(kept)
		_, _, _ = search(caller, []*shard{{notes: kept[:2]}, {notes: notes("x", "y")}})
		if !slices.Equal(kept, before) {
			t.Errorf("a shard kept the list %v and returned its first 2 notes; after the search the list is %v:\n"+
				"Search wrote to a slice of the shard (fine print)", ids(before), ids(kept))
		}
	})
}
