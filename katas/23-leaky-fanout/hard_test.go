package leakyfanout_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"example.com/leakproof/katas/internal/kit"
)

// The tests of this file are about the fine print.

func TestSlowShardsAreWaitedFor(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if _, err, took := search(caller, []*shard{{after: hung}, {}}); err != nil || took != hung {
			t.Errorf("a shard answers after %v, and Search returned the error \"%v\" at %v:\na slow shard is waited for as long as the caller waits (fine print)", hung, err, took)
		}
	})
}

// A shard that runs out of its own time has failed like any other.
func TestDeadlineOfAShardIsAnError(t *testing.T) {
	for _, own := range []error{context.Canceled, context.DeadlineExceeded} {
		kit.Bubble(t, func(t *testing.T) {
			_, err, _ := search(caller, []*shard{{after: time.Second, err: fmt.Errorf("read: %w", own)}, {}})
			wantError(t, err, own, "a shard ran into a limit of its own", "the caller had not left, so this is a failure like any other (fine print)")
		})
	}
}

// The caller leaves while the stopped shards clean up.
func TestFirstErrorStaysWhenTheCallerLeavesLater(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		_, err, took := search(leaving(), []*shard{{err: errBoom}, {after: hung, unwind: 3 * time.Second}})
		time.Sleep(4*time.Second - took)
		wantError(t, err, errBoom, "a shard failed, the caller left 1s later", "the first failure remains the error (fine print)")
	})
}

// Who derives a context ends it.
func TestTheContextOfTheShardsEnds(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		probe := kit.NewProbe()
		_, _, _ = search(probe, []*shard{{}})
		if probe.Live() > 0 {
			t.Error("the only shard answered, Search returned, and the context it gave to the shard goes on:\nit ends with the search, on success too (fine print)")
		}
	})
}
