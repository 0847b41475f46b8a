package lostcancel_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
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
	return &reader{store: s, ctx: ctx, note: n, text: strings.NewReader(n.text)}, nil
}

// seen returns the ids that the store was asked for, and how many readers have
// not been closed.
func (s *store) seen() (asked []string, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked), s.open
}

// live returns how many of the contexts that the store was given go on. One
// that it was given twice counts once, whatever values were put around it.
func (s *store) live() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	going := map[<-chan struct{}]bool{}
	for _, ctx := range s.given {
		if ctx.Err() == nil {
			going[ctx.Done()] = true
		}
	}
	return len(going)
}

// A reader is the content of one note.
type reader struct {
	store *store
	ctx   context.Context
	note  note
	text  *strings.Reader
	once  sync.Once
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
	r.once.Do(func() {
		r.store.mu.Lock()
		defer r.store.mu.Unlock()
		r.store.open--
	})
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
	room int // it holds no more than this; 0 is without a limit

	mu      sync.Mutex
	written bytes.Buffer
}

func (a *archive) text() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.written.String()
}

func (a *archive) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.room > 0 && a.written.Len()+len(p) > a.room {
		return 0, errWrite
	}
	return a.written.Write(p)
}

const tooLong = "longer than 10 bytes"

// A result is what is known when Export has returned and its caller goes on.
type result struct {
	err   error
	took  time.Duration // in virtual time
	wrote string
	asked []string

	derived, given, open int // contexts made or given to the store, readers: what is left of them
}

// export asks a new service for these notes, and an archive with so much room.
func export(t *testing.T, room int, all ...note) (r result) {
	t.Helper()
	kit.Bubble(t, func(*testing.T) {
		s, caller, a, start := newStore(all...), kit.NewProbe(), &archive{room: room}, time.Now()
		err := lostcancel.NewService(s, limit).Export(caller, s.ids, a)
		r = result{err: err, took: time.Since(start), wrote: a.text()}
		time.Sleep(time.Nanosecond) // until nothing moves any more
		r.derived, r.given = caller.Live(), s.live()
		r.asked, r.open = s.seen()
		caller.Cancel() // what hangs on it has been counted
	})
	return r
}

func (r result) wantNothingLeft(t *testing.T, how string) {
	t.Helper()
	if r.derived > 0 || r.given > 0 {
		t.Errorf("Export has returned (%s): of the contexts that it gave the store, %d have not ended, and %d contexts\n"+
			"or functions of context.AfterFunc hang on the caller's, which goes on for weeks and keeps them (Restore 2)", how, r.given, r.derived)
	}
	if r.open > 0 {
		t.Errorf("Export has returned (%s), and %d readers have not been closed (Keep 5)", how, r.open)
	}
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
