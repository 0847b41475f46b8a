package boundedfanout_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	boundedfanout "example.com/leakproof/katas/24-bounded-fanout"
	"example.com/leakproof/katas/internal/kit"
)

const hung = time.Hour // a call that nobody stops takes this long

var (
	errBoom = errors.New("disk is gone")
	// caller never ends: what waits for its end is still there when the bubble looks for leaks.
	caller = context.Background()
)

// A call says how one call of the store goes.
type call struct {
	takes  time.Duration // until it answers
	err    error         // its answer, or nil for a note
	unwind time.Duration // told to stop, it takes this long to return
}

// A store counts its calls.
type store struct {
	normal  call
	first   []call // how the first calls go, if not normally
	begun   atomic.Int32
	running kit.Gauge
}

func (s *store) Note(ctx context.Context, id string) (boundedfanout.Note, error) {
	defer s.running.Enter()()
	c := s.normal
	if n := int(s.begun.Add(1)); n <= len(s.first) {
		c = s.first[n-1]
	}
	select {
	case <-time.After(c.takes):
		return note(id), c.err
	case <-ctx.Done():
		time.Sleep(c.unwind)
		return boundedfanout.Note{}, fmt.Errorf("store: %w", ctx.Err())
	}
}

// wantRunning requires that so many calls of the store are running for the
// requests. If there are less, it looks for a deadlock first: that is the reason.
func (s *store) wantRunning(t *testing.T, want, limit int, situation string, requests ...*request) {
	t.Helper()
	synctest.Wait()
	live := s.running.Live()
	for _, r := range requests {
		if live < want {
			<-r.done
		}
	}
	if live > limit {
		t.Fatalf("%s: %d calls of the store are running at once;\nthe limit of the service is %d, for all calls of Notes together (Restore 1)", situation, live, limit)
	} else if live != want {
		t.Fatalf("%s: calls of the store running while ids wait: %d, want %d;\nas long as ids wait, no slot stays empty (Keep 3)", situation, live, want)
	}
}

// A request is a call of Notes in a goroutine of its own.
type request struct {
	ids   []string
	done  chan struct{} // closed when it has returned
	notes []boundedfanout.Note
	err   error
}

// begin calls Notes for n ids.
func begin(ctx context.Context, service *boundedfanout.Service, n int) *request {
	r := &request{ids: number(n), done: make(chan struct{})}
	go func() {
		defer close(r.done)
		r.notes, r.err = service.Notes(ctx, r.ids)
	}()
	return r
}

// want waits for r and requires its notes.
func (r *request) want(t *testing.T, situation string) {
	t.Helper()
	<-r.done
	if r.err != nil {
		t.Errorf("%s: Notes returned the error \"%v\";\nno call of its own had failed (Keep 5)", situation, r.err)
	} else if !slices.EqualFunc(r.notes, r.ids, func(n boundedfanout.Note, id string) bool { return n == note(id) }) {
		t.Errorf("%s: Notes(ctx, %v) returned %v;\nwant one note for each id, in the order of the ids (Keep 4)", situation, r.ids, r.notes)
	}
}

// wantError waits for r and requires that error.
func (r *request) wantError(t *testing.T, want error, situation, clause string) {
	t.Helper()
	<-r.done
	if r.err != nil && !errors.Is(r.err, want) && strings.Contains(r.err.Error(), want.Error()) {
		t.Errorf("Notes returned the error %q, in which errors.Is does not find %q;\nits text is there, the error itself is not (%s)", r.err, want, clause)
	} else if !errors.Is(r.err, want) {
		t.Errorf("%s: Notes returned %d notes and the error \"%v\";\nerrors.Is must find %q (%s)", situation, len(r.notes), r.err, want, clause)
	}
}

func note(id string) boundedfanout.Note { return boundedfanout.Note{ID: id, Title: "Note " + id} }

func number(n int) []string {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprint("n", i))
	}
	return ids
}
