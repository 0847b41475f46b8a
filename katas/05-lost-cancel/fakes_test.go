package lostcancel_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	lostcancel "example.com/leakproof/katas/05-lost-cancel"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	limit = time.Minute
	never = 1000 * time.Hour // a store that nobody stops takes this long
)

var (
	errGone  = fmt.Errorf("select note: %w", lostcancel.ErrNotFound)
	errOpen  = errors.New("store is down")
	errRead  = errors.New("connection reset")
	errWrite = errors.New("disk full")
)

// A note says how the store behaves when it is asked for one.
type note struct {
	text    string
	answer  time.Duration // before Open answers
	openErr error         // what it answers then
	pause   time.Duration // before each Read
	readErr error         // after the text, in place of io.EOF
	crosses bool          // its answer crosses the end of the context: Open succeeds all the same
}

// A store remembers how it was used.
type store struct {
	ids    []string
	notes  map[string]note
	asking func() // called, if set, before a note is opened

	mu    sync.Mutex
	asked []string
	given []context.Context
	open  int // readers that have not been closed
}

// newStore has the notes "1", "2", and so on.
func newStore(all ...note) *store {
	s := &store{notes: map[string]note{}}
	for i, n := range all {
		id := strconv.Itoa(i + 1)
		s.ids, s.notes[id] = append(s.ids, id), n
	}
	return s
}

func (s *store) Open(ctx context.Context, id string) (io.ReadCloser, error) {
	s.mu.Lock()
	s.asked, s.given = append(s.asked, id), append(s.given, ctx)
	s.mu.Unlock()
	if s.asking != nil {
		s.asking()
	}
	n := s.notes[id]
	if err := wait(ctx, n.answer); err != nil && !n.crosses {
		return nil, err
	}
	if n.openErr != nil {
		return nil, n.openErr
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open++
	return &reader{store: s, ctx: ctx, note: n, left: n.text}, nil
}

// seen returns the ids that the store was asked for, and how many readers have
// not been closed.
func (s *store) seen() (asked []string, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked), s.open
}

// contexts returns those that the store was given, in order.
func (s *store) contexts() []context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.given)
}

// live returns how many of the contexts that the store was given go on. One
// that it was given twice counts once, whatever values were put around it.
func (s *store) live() int {
	going := map[<-chan struct{}]bool{}
	for _, ctx := range s.contexts() {
		if ctx.Err() == nil {
			going[ctx.Done()] = true
		}
	}
	return len(going)
}

// A reader is the content of one note.
type reader struct {
	store  *store
	ctx    context.Context
	note   note
	left   string
	closed atomic.Bool
}

func (r *reader) Read(p []byte) (int, error) {
	if r.closed.Load() {
		return 0, errors.New("read after close")
	}
	if err := wait(r.ctx, r.note.pause); err != nil {
		return 0, err
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	switch {
	case n > 0:
		return n, nil
	case r.note.readErr != nil:
		return 0, r.note.readErr
	}
	return 0, io.EOF
}

func (r *reader) Close() error {
	if !r.closed.Swap(true) {
		r.store.mu.Lock()
		defer r.store.mu.Unlock()
		r.store.open--
	}
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

// An archive is where the notes are written to.
type archive struct {
	written bytes.Buffer
	room    int // it holds no more than this; 0 is without a limit
	fullErr error
}

func (a *archive) Write(p []byte) (int, error) {
	if free := a.room - a.written.Len(); a.room > 0 && len(p) > free {
		n, _ := a.written.Write(p[:free])
		return n, cmp.Or(a.fullErr, errWrite)
	}
	return a.written.Write(p)
}

// export asks a new service for all notes of the store, and says how much
// virtual time it took.
func export(ctx context.Context, s *store, a *archive) (error, time.Duration) {
	service := lostcancel.NewService(s, limit)
	start := time.Now()
	err := service.Export(ctx, s.ids, a)
	return err, time.Since(start)
}

// short cuts what an archive holds for a message.
func short(text string) string {
	if len(text) > 40 {
		return fmt.Sprintf("%q... (%d bytes)", text[:40], len(text))
	}
	return fmt.Sprintf("%q", text)
}

// texts is what an export of notes writes.
func texts(all []note) string {
	var s string
	for _, n := range all {
		s += n.text
	}
	return s
}
