//go:build ignore

package leaktest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	leaktest "example.com/leakproof/katas/25-leak-test"
)

// A shard answers when the test lets it, and stops when it is told to.
type shard struct {
	answer chan error
	ended  chan context.Context // the context of the call, when it returns
}

func (s shard) Search(ctx context.Context, query string) ([]leaktest.Note, error) {
	defer func() { s.ended <- ctx }()
	select {
	case err := <-s.answer:
		return []leaktest.Note{{Title: query}}, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// search searches four shards. When the test ends nothing of it may be left.
func search(t *testing.T, ctx context.Context, end func(shards []shard)) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	var shards []shard
	var all []leaktest.Shard
	for range 4 {
		s := shard{make(chan error, 1), make(chan context.Context, 1)}
		shards, all = append(shards, s), append(all, s)
	}
	returned := make(chan bool)
	go func() {
		_, _ = leaktest.Search(ctx, all, "milk")
		close(returned)
	}()
	end(shards)
	never := time.After(time.Second)
	select {
	case <-returned:
	case <-never:
		t.Fatal("Search does not return")
	}
	for _, s := range shards {
		select {
		case given := <-s.ended:
			select {
			case <-given.Done():
			case <-never:
				t.Fatal("Search has returned, and the context of a shard goes on")
			}
		case <-never:
			t.Fatal("Search has returned, and a shard was not told to stop")
		}
	}
	if err := goleak.Find(before); err != nil {
		t.Fatal(err)
	}
}

func TestAllAnswer(t *testing.T) {
	search(t, context.Background(), func(shards []shard) {
		for _, s := range shards {
			s.answer <- nil
		}
	})
	// A context that can end, and does not before goleak has looked.
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	search(t, ctx, func(shards []shard) {
		for _, s := range shards {
			s.answer <- nil
		}
	})
}

func TestOneFails(t *testing.T) {
	search(t, context.Background(), func(shards []shard) { shards[2].answer <- errors.New("disk failed") })
}

func TestAllFail(t *testing.T) {
	search(t, context.Background(), func(shards []shard) {
		for _, s := range shards {
			s.answer <- errors.New("disk failed")
		}
	})
}

func TestTheCallerLeaves(t *testing.T) {
	ctx, leave := context.WithCancel(context.Background())
	search(t, ctx, func([]shard) { leave() })
}
