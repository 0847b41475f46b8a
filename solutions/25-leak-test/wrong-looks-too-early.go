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

// A shard waits until it is told to stop, or the test ends.
type shard struct {
	err  error
	stop chan bool
}

func (s shard) Search(ctx context.Context, query string) ([]leaktest.Note, error) {
	if s.err != nil {
		return nil, s.err
	}
	<-s.stop
	return nil, ctx.Err()
}

func TestNothingIsLeft(t *testing.T) {
	stop := make(chan bool)
	t.Cleanup(func() { close(stop) })
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	slow := shard{stop: stop}
	go func() {
		_, _ = leaktest.Search(ctx, []leaktest.Shard{slow, shard{err: errors.New("disk failed")}, slow, slow}, "milk")
	}()
	<-ctx.Done()
}
