//go:build ignore

package leaktest_test

import (
	"context"
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
	kit.Bubble(t, func(t *testing.T) {
		probe := kit.NewProbe()
		notes, err := leaktest.Search(probe, []leaktest.Shard{shard{after: 3}, shard{after: 2}, shard{after: 1}}, "milk")
		if err != nil || len(notes) != 3 {
			t.Errorf("Search returned %v and the error %v", notes, err)
		}
		if probe.Live() > 0 {
			t.Errorf("%d contexts are left", probe.Live())
		}
	})
}
