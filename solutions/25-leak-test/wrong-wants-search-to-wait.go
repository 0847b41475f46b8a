//go:build ignore

package leaktest_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	leaktest "example.com/leakproof/katas/25-leak-test"
	"example.com/leakproof/katas/internal/kit"
)

// A shard needs a second to stop, and counts the calls under way.
type shard struct {
	after   time.Duration
	err     error
	running *atomic.Int32
}

func (s shard) Search(ctx context.Context, query string) ([]leaktest.Note, error) {
	s.running.Add(1)
	defer s.running.Add(-1)
	select {
	case <-time.After(s.after):
		return nil, s.err
	case <-ctx.Done():
		time.Sleep(time.Second)
		return nil, ctx.Err()
	}
}

func TestNothingIsLeft(t *testing.T) {
	for _, leaves := range []time.Duration{time.Millisecond, 24 * time.Hour} {
		kit.Bubble(t, func(t *testing.T) {
			var running atomic.Int32
			probe := kit.NewProbe()
			time.AfterFunc(leaves, probe.Cancel)
			slow, failed := shard{time.Hour, nil, &running}, shard{time.Second, errors.New("disk failed"), &running}
			_, err := leaktest.Search(probe, []leaktest.Shard{slow, failed, slow, slow}, "milk")
			if n := running.Load(); n > 0 {
				t.Errorf("Search has returned the error %v, and %d shards are still at work", err, n)
			}
		})
	}
}
