package workerpool_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	workerpool "example.com/leakproof/katas/17-worker-pool"
	"example.com/leakproof/katas/internal/kit"
)

const (
	workers = 4
	leaves  = 2500 * time.Millisecond // when a caller leaves
)

var (
	errBoom  = errors.New("quota exceeded")
	errReset = errors.New("connection reset")
	ends     = []error{context.Canceled, context.DeadlineExceeded}
	// caller never ends: what waits for its end is still there when the bubble looks for leaks.
	caller = context.Background()
)

// A call says how one call of the archive goes.
type call struct {
	takes   time.Duration // until it answers
	err     error         // its answer
	deaf    bool          // it does not listen to its context
	unwind  time.Duration // told to stop, it takes this long
	stopped error         // and returns this, or the error of its context
}

// An archive remembers its calls.
type archive struct {
	normal  call
	special map[string]call // by the note's id
	running kit.Gauge

	mu    sync.Mutex
	start time.Time // of the run
	calls []*record // in the order in which they began
}

// A record is what the archive remembers of a call.
type record struct {
	note        string
	ctx         context.Context
	began, told time.Duration // since the start of the run; told is -1 if it was not told to stop
}

func (a *archive) Add(ctx context.Context, n workerpool.Note) error {
	defer a.running.Enter()()
	a.mu.Lock()
	r := &record{n.ID, ctx, time.Since(a.start), -1}
	a.calls = append(a.calls, r)
	a.mu.Unlock()

	c, ok := a.special[n.ID]
	if !ok {
		c = a.normal
	}
	stop := ctx.Done()
	if c.deaf {
		stop = nil
	}
	select {
	case <-time.After(c.takes):
		return c.err
	case <-stop:
	}
	a.mu.Lock()
	r.told = time.Since(a.start)
	a.mu.Unlock()
	time.Sleep(c.unwind)
	if c.stopped != nil {
		return c.stopped
	}
	return ctx.Err()
}

// all returns the calls so far.
func (a *archive) all() []record {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []record
	for _, r := range a.calls {
		all = append(all, *r)
	}
	return all
}

// wantTold requires that every call but one was told to stop at that moment.
func (a *archive) wantTold(t *testing.T, but string, at time.Duration, what, clause string) {
	t.Helper()
	late := slices.DeleteFunc(a.all(), func(r record) bool { return r.note == but || r.told == at })
	if len(late) > 0 {
		t.Errorf("%s at %v, and %d of the calls that ran then were not told to stop:\ntheir contexts went on (%s)", what, at, len(late), clause)
	}
}

// copyNotes copies n notes and says how much virtual time it took.
func copyNotes(ctx context.Context, a *archive, n int) (error, time.Duration) {
	a.start = time.Now()
	err := workerpool.NewService(a, workers).Copy(ctx, notes(n))
	return err, time.Since(a.start)
}

// leaving returns a context that ends at 2.5s. It must be released.
func leaving(end, cause error) (context.Context, context.CancelFunc) {
	if end == context.DeadlineExceeded {
		return context.WithTimeoutCause(caller, leaves, cause)
	}
	ctx, leave := context.WithCancelCause(caller)
	time.AfterFunc(leaves, func() { leave(cause) })
	return ctx, func() { leave(nil) }
}

func notes(n int) []workerpool.Note {
	var all []workerpool.Note
	for i := range n {
		all = append(all, workerpool.Note{ID: fmt.Sprintf("n%d", i)})
	}
	return all
}
