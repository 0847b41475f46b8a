package leaktest_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	leaktest "example.com/leakproof/katas/25-leak-test"
)

// A shard answers at once.
type shard struct {
	notes []leaktest.Note
	err   error
}

func (s shard) Search(context.Context, string) ([]leaktest.Note, error) {
	return s.notes, s.err
}

func TestSearchLeavesNothingBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, err := range []error{nil, errors.New("disk failed")} {
		shards := []leaktest.Shard{
			shard{notes: []leaktest.Note{{ID: "1", Title: "milk"}}},
			shard{err: err},
		}
		if _, got := leaktest.Search(t.Context(), shards, "milk"); !errors.Is(got, err) {
			t.Errorf("Search returned the error %v, want %v", got, err)
		}
	}
	time.Sleep(100 * time.Millisecond)
	if after := runtime.NumGoroutine(); after > before+5 {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
}
