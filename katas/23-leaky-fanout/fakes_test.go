package leakyfanout_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	leakyfanout "example.com/leakproof/katas/23-leaky-fanout"
)

const hung = time.Hour // a shard that nobody stops works this long

var (
	errBoom  = errors.New("shard is down")
	errReset = errors.New("connection reset")
	errLeft  = errors.New("the client closed its connection")
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

	asked atomic.Int32
	told  atomic.Int64 // after which time.Duration it was told to stop
}

func (s *shard) Search(ctx context.Context, _ string) ([]leakyfanout.Note, error) {
	s.asked.Add(1)
	start := time.Now()
	select {
	case <-time.After(s.after):
		return s.notes, s.err
	case <-ctx.Done():
	}
	s.told.Store(int64(time.Since(start)))
	time.Sleep(s.unwind)
	if s.stopped != nil {
		return nil, s.stopped
	}
	return nil, ctx.Err()
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
	found, err := service(shards).Search(ctx, "go")
	return found, err, time.Since(start)
}

// leaving returns a context that ends after a second, with a cause of its own.
func leaving() context.Context {
	ctx, leave := context.WithCancelCause(caller)
	time.AfterFunc(time.Second, func() { leave(errLeft) })
	return ctx
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

// wantError requires that errors.Is finds want in err.
func wantError(t *testing.T, err, want error, situation, contract string) {
	t.Helper()
	if err != nil && !errors.Is(err, want) && strings.Contains(err.Error(), want.Error()) {
		t.Fatalf("Search returned the error %q, in which errors.Is does not find %q:\nits text is there, the error itself is not (Keep 5)", err, want)
	} else if !errors.Is(err, want) {
		t.Fatalf("%s, and Search returned the error \"%v\", in which errors.Is does not find %q:\n%s", situation, err, want, contract)
	}
}
