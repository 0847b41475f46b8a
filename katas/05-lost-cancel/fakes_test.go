package lostcancel_test

import (
	"cmp"
	"context"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	lostcancel "example.com/leakproof/katas/05-lost-cancel"
	"example.com/leakproof/katas/internal/kit"
)

const (
	limit = time.Minute
	never = 1000 * time.Hour // a store that nobody stops takes this long
)

// A note says how the store behaves when it is asked for one.
type note struct {
	text    string
	answer  time.Duration // before Open answers
	openErr error         // what it answers then
	late    bool          // it answers so although its context has ended
	pause   time.Duration // before each Read
	readErr error         // after the text, in place of io.EOF
}

// A store answers as its notes say, and knows what it has given away.
type store struct {
	ids    []string
	notes  map[string]note
	caller *kit.Probe

	mu    sync.Mutex
	asked int
	given map[<-chan struct{}]context.Context // by Done: the same one twice counts once
	most  int                                 // that were there when it answered
	open  map[*reader]bool
}

// A result is what is known when Export has returned and its caller goes on.
type result struct {
	err   error
	took  time.Duration // in virtual time
	wrote string
	asked int // notes
	most  int // contexts at a time
	left  int // contexts
	open  int // readers
}

// newStore has the notes "1", "2", and so on.
func newStore(all ...note) *store {
	s := &store{notes: map[string]note{}, caller: kit.NewProbe(), given: map[<-chan struct{}]context.Context{}, open: map[*reader]bool{}}
	for i, n := range all {
		id := strconv.Itoa(i + 1)
		s.ids, s.notes[id] = append(s.ids, id), n
	}
	return s
}

func (s *store) Open(ctx context.Context, id string) (io.ReadCloser, error) {
	s.mu.Lock()
	s.asked++
	s.given[ctx.Done()] = ctx
	s.mu.Unlock()
	n := s.notes[id]
	err := wait(ctx, n.answer)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = max(s.most, s.live())
	if err != nil && !n.late {
		return nil, err
	}
	if n.openErr != nil {
		return nil, n.openErr
	}
	text := io.MultiReader(strings.NewReader(n.text), iotest.ErrReader(cmp.Or(n.readErr, io.EOF)))
	r := &reader{Reader: text, ctx: ctx, pause: n.pause, store: s}
	s.open[r] = true
	return r, nil
}

// live returns how many contexts go on, of those that hang on the caller's or
// of those that the store was given.
func (s *store) live() (going int) {
	for _, ctx := range s.given {
		if ctx.Err() == nil {
			going++
		}
	}
	return max(s.caller.Live(), going)
}

// A reader is the content of one note.
type reader struct {
	io.Reader
	ctx   context.Context
	pause time.Duration
	store *store
}

func (r *reader) Read(p []byte) (int, error) {
	if err := wait(r.ctx, r.pause); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

func (r *reader) Close() error {
	r.store.mu.Lock()
	defer r.store.mu.Unlock()
	delete(r.store.open, r)
	return nil
}

// wait is how everything in the store takes its time.
func wait(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d == 0 {
		return err
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// export asks a new service for these notes.
func export(t *testing.T, all ...note) (r result) {
	t.Helper()
	kit.Bubble(t, func(*testing.T) {
		var archive strings.Builder
		s, start := newStore(all...), time.Now()
		r.err = lostcancel.NewService(s, limit).Export(s.caller, s.ids, &archive)
		r.took, r.wrote = time.Since(start), archive.String()
		time.Sleep(time.Nanosecond) // until nothing moves any more
		s.mu.Lock()
		defer s.mu.Unlock()
		r.asked, r.most, r.left, r.open = s.asked, s.most, s.live(), len(s.open)
		s.caller.Cancel() // what hangs on it has been counted
	})
	return r
}

func (r result) wantNothingLeft(t *testing.T, how string) {
	t.Helper()
	if r.left > 0 {
		t.Errorf("Export has returned (%s), and contexts or functions of context.AfterFunc are left: %d.\n"+
			"Each of them stays with the caller's context until that ends (Restore 2)", how, r.left)
	}
	if r.open > 0 {
		t.Errorf("Export has returned (%s), and readers have not been closed: %d (Keep 5)", how, r.open)
	}
}
