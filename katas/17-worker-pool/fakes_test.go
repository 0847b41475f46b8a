package workerpool_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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
	errBoom   = errors.New("quota exceeded")
	errSignal = errors.New("the process got a signal")
	// caller never ends: what waits for its end is still there when the bubble looks for leaks.
	caller = context.Background()
)

// A call says how one call of the archive goes.
type call struct {
	takes  time.Duration // until it answers
	err    error         // its answer
	unwind time.Duration // told to stop, it takes this long
	deaf   bool          // it does not listen to its context
}

// An archive remembers the notes that it was given.
type archive struct {
	normal  call
	first   []call // how the first calls go, if not normally
	told    atomic.Int32
	running kit.Gauge

	mu  sync.Mutex
	ids []string
}

func (a *archive) Add(ctx context.Context, n workerpool.Note) error {
	defer a.running.Enter()()
	c := a.begin(n.ID)
	if c.deaf {
		ctx = context.WithoutCancel(ctx)
	}
	select {
	case <-time.After(c.takes):
		return c.err
	case <-ctx.Done():
		a.told.Add(1)
		time.Sleep(c.unwind)
		return fmt.Errorf("archive: %w", ctx.Err())
	}
}

func (a *archive) begin(id string) call {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ids = append(a.ids, id)
	if n := len(a.ids); n <= len(a.first) {
		return a.first[n-1]
	}
	return a.normal
}

// begun returns the ids of the notes, in the order of the calls.
func (a *archive) begun() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.ids)
}

// copyNotes copies n notes and says how much virtual time it took.
func copyNotes(ctx context.Context, a *archive, n int) (error, time.Duration) {
	start := time.Now()
	err := workerpool.NewService(a, workers).Copy(ctx, notes(n))
	return err, time.Since(start)
}

// leaving returns a context that ends at 2.5s, with a cause of its own.
func leaving() context.Context {
	ctx, leave := context.WithCancelCause(caller)
	time.AfterFunc(leaves, func() { leave(errSignal) })
	return ctx
}

func notes(n int) []workerpool.Note {
	var all []workerpool.Note
	for i := range n {
		all = append(all, workerpool.Note{ID: fmt.Sprintf("n%d", i)})
	}
	return all
}

// wantError requires that errors.Is finds want in err.
func wantError(t *testing.T, err, want error, situation, contract string) {
	t.Helper()
	if err != nil && !errors.Is(err, want) && strings.Contains(err.Error(), want.Error()) {
		t.Fatalf("Copy returned the error %q, in which errors.Is does not find %q:\nits text is there, the error itself is not (Keep 6)", err, want)
	} else if !errors.Is(err, want) {
		t.Fatalf("%s, and Copy returned the error \"%v\", in which errors.Is does not find %q:\n%s", situation, err, want, contract)
	}
}
