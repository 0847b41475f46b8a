package leakyfanout_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	leakyfanout "example.com/leakproof/katas/23-leaky-fanout"
	"example.com/leakproof/katas/internal/kit"
)

const (
	query = "go channels"
	hung  = time.Hour // a shard that nobody stops works this long
)

var (
	errBoom  = errors.New("shard is down")
	errReset = errors.New("connection reset")
	// caller never ends: what waits for its end is still there when the bubble looks for leaks.
	caller = context.Background()
)

// A shard works for a while and answers. Told to stop, it cleans up and returns
// the error of its context, or its own.
type shard struct {
	after   time.Duration
	notes   []leakyfanout.Note
	err     error
	unwind  time.Duration // the time it takes to stop
	stopped error         // what it then returns, if not the error of its context

	calls kit.Gauge
	mu    sync.Mutex
	asked []time.Time
	ctx   context.Context // of the last call
}

func (s *shard) Search(ctx context.Context, q string) ([]leakyfanout.Note, error) {
	defer s.calls.Enter()()
	s.mu.Lock()
	s.asked, s.ctx = append(s.asked, time.Now()), ctx
	s.mu.Unlock()
	if q != query { // what the search for another query finds
		return notes(q), nil
	}
	select {
	case <-time.After(s.after):
		return s.notes, s.err
	case <-ctx.Done():
	}
	time.Sleep(s.unwind)
	if s.stopped != nil {
		return nil, s.stopped
	}
	return nil, ctx.Err()
}

// seen returns when the shard was asked, and with which context at last.
func (s *shard) seen() ([]time.Time, context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked), s.ctx
}

func service(shards []*shard) *leakyfanout.Service {
	var all []leakyfanout.Shard
	for _, s := range shards {
		all = append(all, s)
	}
	return leakyfanout.NewService(all...)
}

// search asks a new service and says how much virtual time it took.
func search(ctx context.Context, shards []*shard) ([]leakyfanout.Note, error, time.Duration) {
	start := time.Now()
	found, err := service(shards).Search(ctx, query)
	return found, err, time.Since(start)
}

func notes(ids ...string) []leakyfanout.Note {
	var all []leakyfanout.Note
	for _, id := range ids {
		all = append(all, leakyfanout.Note{ID: id, Title: "Note " + id})
	}
	return all
}

func ids(notes []leakyfanout.Note) []string {
	var all []string
	for _, n := range notes {
		all = append(all, n.ID)
	}
	return all
}

// wantOver fails t unless Search returned an error at the given moment, and no
// shard is at work for it.
func wantOver(t *testing.T, shards []*shard, at, took time.Duration, err error) {
	t.Helper()
	switch {
	case err == nil:
		t.Fatalf("a shard failed or the caller left at %v, and Search returned no error, at %v (Restore 1, Keep 5)", at, took)
	case took < at:
		t.Fatalf("Search returned the error %q at %v, and nothing failed before %v (Keep 5)", err, took, at)
	case took > at:
		t.Fatalf("a shard failed or the caller left at %v, and Search returned at %v:\n"+
			"it was waiting for shards that went on working (Restore 1)", at, took)
	}
	wantNoneLive(t, shards, took)
}

func wantNoneLive(t *testing.T, shards []*shard, now time.Duration) {
	t.Helper()
	synctest.Wait()
	live := 0
	for _, s := range shards {
		live += s.calls.Live()
	}
	if live > 0 {
		t.Fatalf("Search had returned its error, and at %v %d shards were still being searched for it:\n"+
			"the context that Search gave them goes on (Restore 1)", now, live)
	}
}

// wantError fails t unless err is errBoom, and none of what the others returned.
func wantError(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, errBoom) {
		t.Fatalf("the first shard to fail said %q, and Search returned the error %q:\n"+
			"errors.Is does not find the first failure in it (Keep 5)", errBoom, fmt.Sprint(err))
	}
	for _, other := range []error{errReset, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, other) {
			t.Fatalf("the first shard to fail said %q, and errors.Is finds %q in the error of Search too:\n"+
				"the error is that of the first failure, and of no other shard (Keep 5)", errBoom, other)
		}
	}
}

// ending returns a context that ends at the given moment with this error and
// cause; at 0s it has ended. It must be released.
func ending(with error, at time.Duration, cause error) (context.Context, context.CancelFunc) {
	ctx, leave := context.WithCancelCause(caller)
	end := func() { leave(cause) }
	if errors.Is(with, context.DeadlineExceeded) {
		ctx, end = context.WithTimeoutCause(ctx, at, cause)
	} else if at == 0 {
		end()
	} else {
		time.AfterFunc(at, end)
	}
	return ctx, func() {
		end()
		leave(nil)
	}
}

// A callback is a shard that does what its function does.
type callback func(ctx context.Context) ([]leakyfanout.Note, error)

func (c callback) Search(ctx context.Context, _ string) ([]leakyfanout.Note, error) { return c(ctx) }
