package stampede_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	stampede "example.com/leakproof/katas/19-stampede"
	"example.com/leakproof/katas/internal/kit"
)

var errBoom = errors.New("font is missing")

// A renderer is a fake. Each rendering waits until the test lets it go on.
type renderer struct {
	goOn chan struct{} // one rendering for each value; all, once it is closed
	once sync.Once

	mu          sync.Mutex
	ends        string // how renderings end: "well", "fails" or "panics"
	begun, live map[string]int
}

// open returns a renderer and a service that uses it.
func open(t *testing.T, ends string) (*renderer, *stampede.Service) {
	r := &renderer{goOn: make(chan struct{}), ends: ends, begun: map[string]int{}, live: map[string]int{}}
	t.Cleanup(func() {
		r.all("well") // nothing waits when the test has ended
		kit.Settle(t)
	})
	return r, stampede.NewService(r)
}

func (r *renderer) Render(id string) (string, error) {
	r.mu.Lock()
	r.begun[id]++
	r.live[id]++
	r.mu.Unlock()
	<-r.goOn
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live[id]--
	switch r.ends {
	case "fails":
		return "half a preview", errBoom
	case "panics":
		panic(errBoom)
	}
	return drawn(id), nil
}

func drawn(id string) string { return "preview of " + id }

// one lets one rendering go on, if one is waiting.
func (r *renderer) one() {
	select {
	case r.goOn <- struct{}{}:
	default:
	}
}

// all lets all renderings go on, from now on.
func (r *renderer) all(ends string) {
	r.mu.Lock()
	r.ends = ends
	r.mu.Unlock()
	r.once.Do(func() { close(r.goOn) })
}

// seen returns how many renderings of the note have begun, and how many are running.
func (r *renderer) seen(id string) (begun, live int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.begun[id], r.live[id]
}

// A call is one of Preview. Its results are there once done is closed.
type call struct {
	id      string
	done    chan struct{}
	preview string
	err     error
	panics  any
}

// ask calls Preview for each of the ids at the same moment, and returns when all
// of these calls have returned or wait.
func ask(t *testing.T, s *stampede.Service, ids ...string) (calls []*call) {
	t.Helper()
	start := make(chan struct{})
	for _, id := range ids {
		c := &call{id: id, done: make(chan struct{})}
		calls = append(calls, c)
		go func() {
			defer close(c.done)
			defer func() { c.panics = recover() }() // as net/http does
			<-start
			c.preview, c.err = s.Preview(id)
		}()
	}
	close(start)
	kit.Settle(t)
	return calls
}

// over reports whether c has returned. Nothing happens any more.
func (c *call) over() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
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
	case !c.over():
		return "hasn't returned, and nobody is left to wake it"
	case c.panics != nil:
		return fmt.Sprintf("panicked with %v", c.panics)
	case c.err != nil:
		return fmt.Sprintf("returned the error \"%v\"", c.err)
	}
	return fmt.Sprintf("returned %q", c.preview)
}
