//go:build ignore

package leaktest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	leaktest "example.com/leakproof/katas/25-leak-test"
	"example.com/leakproof/katas/internal/kit"
)

// A shard takes a while to answer or to fail, and stops when it is told to.
type shard struct {
	after time.Duration
	err   error
}

func (s shard) Search(ctx context.Context, query string) ([]leaktest.Note, error) {
	select {
	case <-time.After(s.after):
		return []leaktest.Note{{ID: "1", Title: query}}, s.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestNothingIsLeft(t *testing.T) {
	slow, failed := shard{after: time.Hour}, shard{after: time.Second, err: errors.New("disk failed")}
	for _, shards := range [][]leaktest.Shard{{slow, slow, slow}, {failed, slow, slow}, {failed, failed, failed}} {
		kit.Bubble(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Hour)
			_, _ = leaktest.Search(ctx, shards, "milk")
			cancel()
			time.Sleep(time.Second)
		})
		kit.Bubble(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
			_, _ = leaktest.Search(ctx, shards, "milk")
			cancel()
			time.Sleep(time.Second)
		})
	}
}
