package workerpool_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	workerpool "example.com/leakproof/katas/17-worker-pool"
	"example.com/leakproof/katas/internal/kit"
)

const workers = 4

var (
	errBoom  = errors.New("quota exceeded")
	errReset = errors.New("connection reset")
)

// caller never ends, so that whatever waits for its end is still there when the
// bubble looks for leaks.
var caller = context.Background()

// A call says how one call of the archive goes. The zero value succeeds at once.
type call struct {
	takes   time.Duration // until it answers
	err     error         // its answer
	deaf    bool          // it does not listen to its context
	unwind  time.Duration // told to stop, it takes this long
	stopped error         // and returns this, or the error of its context
}

func (c call) run(ctx context.Context) error {
	if c.deaf {
		time.Sleep(c.takes)
		return c.err
	}
	if ctx.Err() == nil {
		if c.takes == 0 {
			return c.err
		}
		select {
		case <-time.After(c.takes):
			return c.err
		case <-ctx.Done():
		}
	}
	time.Sleep(c.unwind)
	if c.stopped != nil {
		return c.stopped
	}
	return ctx.Err()
}

// An archive remembers its calls.
type archive struct {
	normal  call
	special map[string]call // by the note's id

	running kit.Gauge

	mu      sync.Mutex
	began   map[string]time.Time // by note
	order   []string
	twice   bool
	peak    int
	ctxs    []context.Context
	added   int
	lastEnd time.Time
}

func (a *archive) Add(ctx context.Context, n workerpool.Note) error {
	defer a.running.Enter()()
	a.mu.Lock()
	if a.began == nil {
		a.began = map[string]time.Time{}
	}
	_, again := a.began[n.ID]
	a.twice = a.twice || again
	a.began[n.ID] = time.Now()
	a.order = append(a.order, n.ID)
	a.ctxs = append(a.ctxs, ctx)
	a.peak = max(a.peak, a.running.Live())
	a.mu.Unlock()

	c, ok := a.special[n.ID]
	if !ok {
		c = a.normal
	}
	err := c.run(ctx)

	a.mu.Lock()
	defer a.mu.Unlock()
	a.lastEnd = time.Now()
	if err == nil {
		a.added++
	}
	return err
}

// begunAt returns when the call for a note began.
func (a *archive) begunAt(id string) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.began[id]
}

// begunSince counts the calls that began at that moment or later.
func (a *archive) begunSince(at time.Time) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, began := range a.began {
		if !began.Before(at) {
			n++
		}
	}
	return n
}

func ids(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("n%d", i)
	}
	return all
}

func notes(n int) []workerpool.Note {
	var all []workerpool.Note
	for _, id := range ids(n) {
		all = append(all, workerpool.Note{ID: id, Title: "Note " + id})
	}
	return all
}

// copyNotes copies n notes and says how much virtual time it took.
func copyNotes(ctx context.Context, a *archive, n int) (error, time.Duration) {
	start := time.Now()
	err := workerpool.NewService(a, workers).Copy(ctx, notes(n))
	return err, time.Since(start)
}

// wantOver requires that the run is over. What it has left behind is found at the
// end of the bubble.
func (a *archive) wantOver(t *testing.T) {
	t.Helper()
	if live := a.running.Live(); live > 0 {
		t.Errorf("Copy returned while %d calls of the archive were still running;\nwhen it returns, nothing of the run is left (Restore 3)", live)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if late := time.Since(a.lastEnd); len(a.order) > 0 && late > 0 {
		t.Errorf("Copy returned %v after its last call had;\nnothing was left to wait for (Keep 5)", late)
	}
}

// wantOnly requires that the error is that of the call that failed first.
func wantOnly(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, errBoom) {
		t.Errorf("a call failed first, Copy returned the error %v;\nerrors.Is must find that of the call, %q (Keep 6)", err, errBoom)
	}
	for _, other := range []error{errReset, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, other) {
			t.Errorf("the error of the run is %v;\nit contains %q, which came after the first failure (Keep 6)", err, other)
		}
	}
}
