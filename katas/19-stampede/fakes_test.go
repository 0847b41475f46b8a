package stampede_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	stampede "example.com/leakproof/katas/19-stampede"
	"example.com/leakproof/katas/internal/kit"
)

var errBoom = errors.New("font is missing")

// A renderer is a fake. Each drawing waits until the test says how it ends: it
// "went well", "failed" or "panicked".
type renderer struct {
	goOn chan string

	mu          sync.Mutex
	begun, live map[string]int // drawings, by the id of the note
}

func open(t *testing.T) (*renderer, *stampede.Service) {
	r := &renderer{goOn: make(chan string), begun: map[string]int{}, live: map[string]int{}}
	t.Cleanup(func() {
		close(r.goOn) // nothing waits when the test has ended
		kit.Settle(t)
	})
	return r, stampede.NewService(r)
}

func (r *renderer) Render(id string) (string, error) {
	r.count(id, 1)
	defer r.count(id, -1)
	switch <-r.goOn {
	case "failed":
		return "half a preview", errBoom
	case "panicked":
		panic(errBoom)
	}
	return drawn(id), nil
}

const blank = "blank" // a note with an empty preview

func drawn(id string) string {
	if id == blank {
		return ""
	}
	return "preview of " + id
}

func (r *renderer) count(id string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begun[id] += max(n, 0)
	r.live[id] += n
}

// wantOnce fails t unless the renderer has been asked for each of the notes once.
func (r *renderer) wantOnce(t *testing.T, when, rule string, ids ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if n := r.begun[id]; n != 1 {
			t.Fatalf("%s, and the renderer was asked for note %s %d times instead of once;\n%s", when, id, n, rule)
		}
	}
}

// wantOneAtATime fails t if a note is being drawn twice.
func (r *renderer) wantOneAtATime(t *testing.T, when string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, live := range r.live {
		if live > 1 {
			t.Fatalf("%s, and now the renderer is drawing it %d times at once;\n"+
				"it works on a note at most once at a time (Restore 1)", when, live)
		}
	}
}

const all = 50 // more than there are

// end lets drawings end like that, one after another, but not more than n.
func (r *renderer) end(t *testing.T, n int, ends string) {
	t.Helper()
	for range n {
		select {
		case r.goOn <- ends:
			kit.Settle(t)
		default:
			return
		}
	}
}

// A quick renderer only lets others go on, and fails now and then.
type quick func()

func (goOn quick) Render(id string) (string, error) {
	goOn()
	if id == "c" {
		return "", errBoom
	}
	return drawn(id), nil
}

// A call is one of Preview. Its results are there once it is over.
type call struct {
	id      string
	over    atomic.Bool
	preview string
	err     error
}

// ask calls Preview for the ids at the same time, and returns when all of these
// calls have returned or wait.
func ask(t *testing.T, s *stampede.Service, ids ...string) (calls []*call) {
	t.Helper()
	for _, id := range ids {
		c := &call{id: id}
		calls = append(calls, c)
		go func() {
			defer c.over.Store(true)
			defer func() {
				if p := recover(); p != nil { // as net/http does
					c.err = fmt.Errorf("panic: %v", p)
				}
			}()
			c.preview, c.err = s.Preview(id)
		}()
	}
	kit.Settle(t)
	return calls
}

// wantDrawn fails t unless all calls have returned their preview.
func wantDrawn(t *testing.T, clause, when string, calls ...*call) {
	t.Helper()
	for _, c := range calls {
		if want := fmt.Sprintf("returned %q", drawn(c.id)); c.String() != want {
			t.Fatalf("%s: Preview(%q) %s;\nit should have %s (%s)", when, c.id, c, want, clause)
		}
	}
}

// String says how c has ended.
func (c *call) String() string {
	switch {
	case !c.over.Load():
		return "hasn't returned, and nobody is left to wake it"
	case c.err != nil:
		return fmt.Sprintf("ended with the error \"%v\"", c.err)
	}
	return fmt.Sprintf("returned %q", c.preview)
}
