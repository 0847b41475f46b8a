package leakyfanout_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	leakyfanout "example.com/leakproof/katas/23-leaky-fanout"
)

const (
	query = "go channels"
	hung  = time.Hour // a shard that nobody stops works this long
)

var (
	errBoom  = errors.New("shard is down")
	errReset = errors.New("connection reset")
	ends     = []error{context.Canceled, context.DeadlineExceeded}
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

	mu    sync.Mutex
	calls []call
	heard time.Duration // how long the last call had worked when it was told to stop
}

// A call is one search that a shard was asked for.
type call struct {
	at  time.Time
	ctx context.Context
}

func (s *shard) Search(ctx context.Context, q string) ([]leakyfanout.Note, error) {
	start := time.Now()
	s.mu.Lock()
	s.calls, s.heard = append(s.calls, call{start, ctx}), -1
	s.mu.Unlock()
	if q != query { // what the search for another query finds
		return notes(q), nil
	}
	select {
	case <-time.After(s.after):
		return s.notes, s.err
	case <-ctx.Done():
	}
	s.mu.Lock()
	s.heard = time.Since(start)
	s.mu.Unlock()
	time.Sleep(s.unwind)
	if s.stopped != nil {
		return nil, s.stopped
	}
	return nil, ctx.Err()
}

func (s *shard) asked() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// told returns when the last call was told to stop, or -1.
func (s *shard) told() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard
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

// leaving returns a context that ends after a second. It must be released.
func leaving(end, cause error) (context.Context, context.CancelFunc) {
	if end == context.DeadlineExceeded {
		return context.WithTimeoutCause(caller, time.Second, cause)
	}
	ctx, leave := context.WithCancelCause(caller)
	time.AfterFunc(time.Second, func() { leave(cause) })
	return ctx, func() { leave(nil) }
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
