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
	given *context.Context // if not nil, keeps the context of the call
}

func (s shard) Search(ctx context.Context, query string) ([]leaktest.Note, error) {
	if s.given != nil {
		*s.given = ctx
	}
	select {
	case <-time.After(s.after):
		return []leaktest.Note{{ID: "1", Title: query}}, s.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestAFailureStopsTheOthers(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		boom := errors.New("boom")
		start := time.Now()
		slow := shard{after: 24 * time.Hour}
		_, err := leaktest.Search(context.Background(), []leaktest.Shard{slow, shard{after: time.Second, err: boom}, slow, slow}, "milk")
		if !errors.Is(err, boom) || time.Since(start) > time.Hour {
			t.Errorf("a shard failed at 1s, and Search returned after %v: %v", time.Since(start), err)
		}
		time.Sleep(time.Second) // for those that were told to stop
	})
}

func TestManyFailures(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		failing := shard{err: errors.New("boom"), after: time.Second}
		_, _ = leaktest.Search(context.Background(), []leaktest.Shard{failing, failing, failing, failing}, "milk")
		time.Sleep(time.Second)
	})
}

func TestTheCallerLeaves(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		slow := shard{after: 24 * time.Hour}
		_, err := leaktest.Search(ctx, []leaktest.Shard{slow, slow}, "milk")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the caller left, and Search returned %v", err)
		}
		time.Sleep(time.Second)
	})
}

func TestAllAnswer(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		probe := kit.NewProbe()
		var given context.Context
		notes, err := leaktest.Search(probe, []leaktest.Shard{shard{after: 1, given: &given}, shard{after: 2}}, "milk")
		if err != nil || len(notes) != 2 {
			t.Errorf("Search returned %v and the error %v", notes, err)
		}
		if given.Err() == nil || probe.Live() > 0 {
			t.Errorf("all shards have answered, and %d contexts hang on the caller's", probe.Live())
		}
	})
}
