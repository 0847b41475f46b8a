//go:build ignore

package leaktest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	leaktest "example.com/leakproof/katas/25-leak-test"
)

const week = 7 * 24 * time.Hour

var errDisk = errors.New("disk failed")

// A shard takes a while to answer or to fail, and stops when it is told to.
type shard struct {
	after time.Duration
	err   error
	given context.Context
}

func (s *shard) Search(ctx context.Context, query string) ([]leaktest.Note, error) {
	s.given = ctx
	select {
	case <-time.After(s.after):
		return []leaktest.Note{{ID: "1", Title: query}}, s.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// TestNothingIsLeft ends a search in each of its ways, in virtual time. The
// caller's context goes on, as that of a long job would.
func TestNothingIsLeft(t *testing.T) {
	for name, c := range map[string]struct {
		shards []*shard
		leaves time.Duration // the caller, after this time
	}{
		"all shards answer":        {[]*shard{{after: 1}, {after: 2}, {after: 3}}, week},
		"the first shard fails":    {[]*shard{{after: 1, err: errDisk}, {after: week}, {after: week}, {after: week}}, 2 * week},
		"all fail at once":         {[]*shard{{after: 1, err: errDisk}, {after: 1, err: errDisk}, {after: 1, err: errDisk}, {after: 1, err: errDisk}}, week},
		"the caller leaves before": {[]*shard{{after: week}, {after: week}, {after: week}}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				before := goleak.IgnoreCurrent()
				caller, leave := context.WithCancel(context.Background())
				time.AfterFunc(c.leaves, leave)
				var shards []leaktest.Shard
				for _, s := range c.shards {
					shards = append(shards, s)
				}
				start := time.Now()
				_, err := leaktest.Search(caller, shards, "milk")
				synctest.Wait()
				for i, s := range c.shards {
					if s.given.Err() == nil {
						t.Errorf("Search has returned (%v), and shard %d was not told to stop", err, i)
					}
				}
				if took := time.Since(start); took > time.Minute {
					t.Errorf("Search returned after %v, with the error %v", took, err)
				}
				if err := goleak.Find(before); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
