package leakyfanout_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	leakyfanout "example.com/leakproof/katas/12-leaky-fanout"
	"example.com/leakproof/katas/internal/kit"
)

const (
	hung   = time.Hour // a shard that nobody stops works this long
	rounds = 8         // for tests in which a wrong repair may be lucky
)

var (
	errBoom  = errors.New("shard is down")
	errReset = errors.New("connection reset")
)

// caller never ends, so that whatever waits for its end is still there when the
// bubble looks for leaks; t.Context() has ended by then.
var caller = context.Background()

// A fake says how one shard behaves.
type fake struct {
	after   time.Duration // works this long, then
	notes   []leakyfanout.Note
	err     error
	unwind  time.Duration // told to stop, it takes this long
	stopped error         // and returns this, or the error of its context,
	anyway  bool          // or its notes all the same
}

func (f fake) answer(ctx context.Context) ([]leakyfanout.Note, error) {
	if ctx.Err() == nil {
		if f.after == 0 {
			return f.notes, f.err
		}
		select {
		case <-time.After(f.after):
			return f.notes, f.err
		case <-ctx.Done():
		}
	}
	time.Sleep(f.unwind)
	switch {
	case f.anyway:
		return f.notes, nil
	case f.stopped != nil:
		return nil, f.stopped
	}
	return nil, ctx.Err()
}

// A shard is a fake that remembers how it was called.
type shard struct {
	fake
	calls kit.Gauge

	mu    sync.Mutex
	asked []string
	last  time.Time       // when it was asked the last time
	ctx   context.Context // and with which context
}

func (s *shard) Search(ctx context.Context, query string) ([]leakyfanout.Note, error) {
	defer s.calls.Enter()()
	s.mu.Lock()
	s.asked, s.last, s.ctx = append(s.asked, query), time.Now(), ctx
	s.mu.Unlock()
	return s.answer(ctx)
}

// seen returns the queries of all calls and the context of the last one.
func (s *shard) seen() ([]string, context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked, s.ctx
}

// lastAsked returns when the last call began.
func (s *shard) lastAsked() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// byQuery is a shard that behaves differently for each query.
type byQuery map[string]fake

func (b byQuery) Search(ctx context.Context, query string) ([]leakyfanout.Note, error) {
	return b[query].answer(ctx)
}

func fakes(all ...fake) []*shard {
	shards := make([]*shard, len(all))
	for i, f := range all {
		shards[i] = &shard{fake: f}
	}
	return shards
}

func service(shards []*shard) *leakyfanout.Service {
	var all []leakyfanout.Shard
	for _, s := range shards {
		all = append(all, s)
	}
	return leakyfanout.NewService(all...)
}

// query has what a repair might be tempted to tidy up.
const query = " Go  channels "

// search asks a new service and says how much virtual time it took.
func search(ctx context.Context, shards []*shard) ([]leakyfanout.Note, error, time.Duration) {
	s := service(shards)
	start := time.Now()
	found, err := s.Search(ctx, query)
	return found, err, time.Since(start)
}

// repeat runs f in one bubble after another, and no further than the first that
// fails: what a failed round leaves behind would slow down all that follow.
func repeat(t *testing.T, f func(t *testing.T)) {
	for range rounds {
		kit.Bubble(t, f)
		if t.Failed() {
			return
		}
	}
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

// wantStopped fails t unless Search returned an error at the given moment and
// has left no shard at work. A shard that has been told to stop gets the chance to.
func wantStopped(t *testing.T, shards []*shard, at, took time.Duration, err error) {
	t.Helper()
	for i, s := range shards {
		if asked, _ := s.seen(); len(asked) > 1 {
			t.Fatalf("one search asked shard %d %d times;\nevery shard is asked once, also if it fails", i, len(asked))
		}
	}
	if took < at {
		t.Fatalf("Search returned before the search was over: at %v, and only at %v a shard failed,\n"+
			"or all had answered, or the caller's context ended", took, at)
	}
	if err == nil {
		t.Fatalf("at %v a shard failed or the caller's context ended, and Search returned no error, at %v;\n"+
			"no failure may be left out, whatever its error is and whatever came with it", at, took)
	}
	wantNoneLive(t, shards, took)
	if took > at {
		t.Fatalf("Search returned %v late: at %v, and the search was over at %v;\n"+
			"an answer that is certain must not wait for shards that have more to do, nor for the next look", took-at, took, at)
	}
}

// wantNoneLive fails t if a shard is still being searched.
func wantNoneLive(t *testing.T, shards []*shard, now time.Duration) {
	t.Helper()
	synctest.Wait()
	live := 0
	for _, s := range shards {
		live += s.calls.Live()
	}
	if live > 0 {
		t.Fatalf("Search had returned, and at %v %d of the shards were still being searched for it;\n"+
			"a request that has answered must not leave work behind", now, live)
	}
}

// wantError fails t unless err is that of the shard that failed by itself.
func wantError(t *testing.T, err error) {
	t.Helper()
	switch {
	case err == nil:
		t.Fatalf("a shard failed with %q, and Search returned no error", errBoom)
	case !errors.Is(err, errBoom):
		t.Fatalf("a shard failed with %q, and Search returned the error %q;\n"+
			"the first failure is the error of the search: errors.Is must find it", errBoom, err)
	case errors.Is(err, errReset):
		t.Fatalf("a shard failed with %q, and errors.Is finds %q, the error of another shard, in the error of Search;\n"+
			"the error of the search is that of the shard that failed first, and no other's", errBoom, errReset)
	case errors.Is(err, context.DeadlineExceeded):
		t.Fatalf("a shard failed with %q, and errors.Is finds context.DeadlineExceeded in the error of Search;\n"+
			"the search was over before any deadline passed", errBoom)
	case errors.Is(err, context.Canceled):
		t.Fatalf("a shard failed with %q, and errors.Is finds context.Canceled in the error of Search;\n"+
			"a caller that has not cancelled anything must not read that", errBoom)
	}
}
