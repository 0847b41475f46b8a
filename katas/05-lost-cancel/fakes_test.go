package lostcancel_test

import (
	"context"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	lostcancel "example.com/leakproof/katas/05-lost-cancel"
	"example.com/leakproof/katas/internal/kit"
)

const (
	limit   = time.Minute
	never   = 1000 * time.Hour // a store that nobody stops takes this long
	tooLong = "a text that the archive has no room for"
)

// A note says how the store behaves when it is asked for one.
type note struct {
	text    string
	answer  time.Duration // before Open answers
	openErr error         // what it answers then
	crosses bool          // its answer crosses the end of the context: Open succeeds all the same
	pause   time.Duration // before each Read
	readErr error         // after the text, in place of io.EOF
}

// A store remembers how it was used. It is the archive that notes go to as well.
type store struct {
	ids    []string
	notes  map[string]note
	caller *kit.Probe

	mu    sync.Mutex
	given []context.Context
	most  int // contexts that were there when it was asked for a note
	open  map[*reader]bool
	wrote strings.Builder
}

// newStore has the notes "1", "2", and so on.
func newStore(all ...note) *store {
	s := &store{notes: map[string]note{}, caller: kit.NewProbe(), open: map[*reader]bool{}}
	for i, n := range all {
		id := strconv.Itoa(i + 1)
		s.ids, s.notes[id] = append(s.ids, id), n
	}
	return s
}

func (s *store) Open(ctx context.Context, id string) (io.ReadCloser, error) {
	s.mu.Lock()
	s.given = append(s.given, ctx)
	s.mu.Unlock()
	n := s.notes[id]
	err := wait(ctx, n.answer)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = max(s.most, s.live())
	if err != nil && !n.crosses {
		return nil, err
	}
	if n.openErr != nil {
		return nil, n.openErr
	}
	r := &reader{store: s, ctx: ctx, note: n, text: strings.NewReader(n.text)}
	s.open[r] = true
	return r, nil
}

// Write is the archive's side of it.
func (s *store) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if string(p) == tooLong {
		return 0, errWrite
	}
	return s.wrote.Write(p)
}

// live returns how many contexts go on, of those that hang on the caller's or
// of those that the store was given. One that it was given twice counts once.
func (s *store) live() int {
	going := map[<-chan struct{}]bool{}
	for _, ctx := range s.given {
		if ctx.Err() == nil {
			going[ctx.Done()] = true
		}
	}
	return max(s.caller.Live(), len(going))
}

// A reader is the content of one note.
type reader struct {
	store *store
	ctx   context.Context
	note  note
	text  *strings.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if err := wait(r.ctx, r.note.pause); err != nil {
		return 0, err
	}
	n, err := r.text.Read(p)
	if err == io.EOF && r.note.readErr != nil {
		err = r.note.readErr
	}
	return n, err
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

// export asks a new service for these notes.
func export(t *testing.T, all ...note) (r result) {
	t.Helper()
	kit.Bubble(t, func(*testing.T) {
		s, start := newStore(all...), time.Now()
		r.err = lostcancel.NewService(s, limit).Export(s.caller, s.ids, s)
		r.took = time.Since(start)
		time.Sleep(time.Nanosecond) // until nothing moves any more
		s.mu.Lock()
		defer s.mu.Unlock()
		r.wrote, r.asked, r.most, r.left, r.open = s.wrote.String(), len(s.given), s.most, s.live(), len(s.open)
		s.caller.Cancel() // what hangs on it has been counted
	})
	return r
}

func (r result) wantNothingLeft(t *testing.T, how string) {
	t.Helper()
	if r.left > 0 {
		t.Errorf("Export has returned (%s), and contexts or functions of context.AfterFunc are left: %d.\n"+
			"The caller's context keeps each of them for as long as it goes on itself (Restore 2)", how, r.left)
	}
	if r.open > 0 {
		t.Errorf("Export has returned (%s), and readers have not been closed: %d (Keep 5)", how, r.open)
	}
}
