package idempotency_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	idempotency "example.com/leakproof/katas/27-idempotency"
	"example.com/leakproof/katas/internal/kit"
)

var (
	milk    = idempotency.Draft{Title: "Milk", Content: "two bottles"}
	tea     = idempotency.Draft{Title: "Tea"}
	shifted = idempotency.Draft{Title: "Milktwo", Content: " bottles"} // reads like milk
	errDisk = errors.New("disk failure")
)

// A store is a fake. Each call of Add waits for its turn, or until the test is over.
type store struct {
	open chan struct{} // closed then

	mu    sync.Mutex
	turns []chan error // of the calls that have begun
	ended int
	notes []idempotency.Note
}

func (s *store) Add(ctx context.Context, user string, d idempotency.Draft) (idempotency.Note, error) {
	turn := make(chan error, 1)
	s.mu.Lock()
	s.turns = append(s.turns, turn)
	s.mu.Unlock()
	var err error
	select {
	case err = <-turn:
	case <-s.open:
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended++
	if err != nil {
		return idempotency.Note{}, err
	}
	n := idempotency.Note{ID: fmt.Sprintf("n%d", len(s.notes)+1), User: user, Draft: d}
	s.notes = append(s.notes, n)
	return n, nil
}

// A site is a service with the requests that it got.
type site struct {
	*store
	t       *testing.T
	service *idempotency.Service
	calls   []*call
	late    bool // clients don't leave: their deadline passes
}

func newSite(t *testing.T) *site {
	s := &store{open: make(chan struct{})}
	x := &site{store: s, t: t, service: idempotency.NewService(s)}
	t.Cleanup(func() {
		close(s.open)
		for _, c := range x.calls {
			c.leave()
		}
		kit.Settle(t)
	})
	return x
}

// A call is one request. What is below done is there once that is closed.
type call struct {
	leave context.CancelFunc // its client leaves
	done  chan struct{}
	note  idempotency.Note
	err   error
}

// create begins n calls.
func (x *site) create(n int, user, key string, d idempotency.Draft) (all []*call) {
	x.t.Helper()
	for range n {
		ctx, cancel := context.WithCancel(context.Background())
		if x.late {
			ctx = expiring{ctx}
		}
		c := &call{leave: cancel, done: make(chan struct{})}
		go func() {
			defer close(c.done)
			c.note, c.err = x.service.Create(ctx, user, key, d)
		}()
		all = append(all, c)
	}
	x.calls = append(x.calls, all...)
	x.settle()
	return all
}

// expiring is a context whose end is that of its deadline.
type expiring struct{ context.Context }

func (e expiring) Err() error {
	if e.Context.Err() != nil {
		return context.DeadlineExceeded
	}
	return nil
}

// Value keeps a derived context from looking past Err.
func (e expiring) Value(any) any { return nil }

// one is create for a single call.
func (x *site) one(user, key string, d idempotency.Draft) *call {
	x.t.Helper()
	return x.create(1, user, key, d)[0]
}

// answer ends the calls of the store that have begun.
func (x *site) answer(err error) {
	x.t.Helper()
	x.mu.Lock()
	for _, turn := range x.turns {
		select {
		case turn <- err:
		default: // it had its turn
		}
	}
	x.mu.Unlock()
	x.settle()
}

// settle waits until everybody waits or has ended. For the race detector, what
// has ended is then in order: race_test.go is about what is not.
func (x *site) settle() {
	x.t.Helper()
	kit.Settle(x.t)
	for _, c := range x.calls {
		if c.over() && c.err == nil && c.note.ID == "" {
			x.t.Fatalf("a call returned %s, which has no id yet: it isn't saved;\nwant the note once it's saved, or ErrConflict until then (Restore 1)", c)
		}
	}
}

// live returns how many calls of the store are running, and saved how many notes
// there are.
func (x *site) live() int  { x.mu.Lock(); defer x.mu.Unlock(); return len(x.turns) - x.ended }
func (x *site) saved() int { x.mu.Lock(); defer x.mu.Unlock(); return len(x.notes) }

// over reports whether the call has returned.
func (c *call) over() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// conflict reports whether the call was refused.
func (c *call) conflict() bool { return c.over() && errors.Is(c.err, idempotency.ErrConflict) }

// saw reports whether the call returned the note that was saved first.
func (x *site) saw(c *call) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return c.over() && c.err == nil && len(x.notes) > 0 && c.note == x.notes[0]
}

func (c *call) String() string {
	switch {
	case !c.over():
		return "nothing yet"
	case c.err != nil:
		return fmt.Sprintf("the error %q", c.err)
	}
	return fmt.Sprintf("note %q of %q with %q", c.note.ID, c.note.User, c.note.Draft.Title)
}
