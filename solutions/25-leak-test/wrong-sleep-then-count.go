//go:build ignore

package leaktest_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	leaktest "example.com/leakproof/katas/25-leak-test"
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
	before := runtime.NumGoroutine()
	slow := shard{after: time.Hour}
	for _, err := range []error{nil, errors.New("disk failed")} {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		_, _ = leaktest.Search(ctx, []leaktest.Shard{shard{err: err}, slow, slow, slow}, "milk")
		cancel()
	}
	time.Sleep(300 * time.Millisecond)
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}
