package layers_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	layers "example.com/leakproof/katas/05-layers"
	"example.com/leakproof/katas/internal/kit"
)

// overlaps are the calls of which two are made at the same time, each with the
// call of the store in which they meet.
var overlaps = []struct {
	name, meet string
	call       func(s layers.Notes, user string) (layers.Note, error)
}{
	{"Create", "Put", func(s layers.Notes, user string) (layers.Note, error) {
		return s.Create(context.Background(), user, "Title of "+user, "Content of "+user)
	}},
	{"Get", "Get", func(s layers.Notes, user string) (layers.Note, error) {
		return s.Get(context.Background(), user, user+"-7")
	}},
	{"Retitle", "Get", func(s layers.Notes, user string) (layers.Note, error) {
		return s.Retitle(context.Background(), user, user+"-7", "Title of "+user)
	}},
	{"Retitle", "Put", func(s layers.Notes, user string) (layers.Note, error) {
		return s.Retitle(context.Background(), user, user+"-7", "Title of "+user)
	}},
}

// Contract 8 and 13: a service "may be used by several goroutines", and a
// handler "serves several requests at once".
//
// The two calls may wait for each other, with a mutex for instance, so this is
// no work for a bubble: its clock would stand still.
func TestCallsAtTheSameTimeKeepApart(t *testing.T) {
	for _, o := range overlaps {
		for _, byHTTP := range []bool{false, true} {
			name := o.name
			if byHTTP {
				name += " over HTTP"
			}
			t.Run(name+" in "+o.meet, func(t *testing.T) {
				defer func() {
					if p := recover(); p != nil {
						t.Errorf("panic: %v", p)
					}
				}()
				release := make(chan struct{})
				open := sync.OnceFunc(func() { close(release) })
				defer open()
				notes := newStore(noteOf("ann"), noteOf("bob"))
				notes.before = func(_ context.Context, call string) error {
					if call == o.meet {
						<-release
					}
					return nil
				}
				var s layers.Notes = layers.NewService(notes, ids(), stopped(later))
				if byHTTP {
					s = client{layers.NewHandler(s)}
				}
				var errands []*errand
				for _, user := range []string{"ann", "bob"} {
					errands = append(errands, start(func() (layers.Note, error) { return o.call(s, user) }))
					kit.Settle(t)
				}
				open()
				for _, e := range errands {
					<-e.done
				}
				for i, e := range errands {
					want := noteOf([]string{"ann", "bob"}[i])
					want.ID = e.note.ID
					if o.name != "Create" {
						want.ID = want.Owner + "-7"
					}
					if e.err != nil || !same(e.note, want) || !same(notes.kept()[want.ID], want) {
						t.Errorf("of two calls at the same time, that by %q returned %s and the error %v, and the store has %s;\neach has its own user, title and note", want.Owner, show(e.note), e.err, show(notes.kept()[want.ID]))
					}
				}
			})
		}
	}
}

// noteOf is a note of the user's, as the overlapping calls leave it.
func noteOf(user string) layers.Note {
	return layers.Note{ID: user + "-7", Owner: user, Title: "Title of " + user, Content: "Content of " + user, Created: later}
}

// same compares what a call says about a note.
func same(a, b layers.Note) bool {
	return a.ID == b.ID && a.Owner == b.Owner && a.Title == b.Title && a.Content == b.Content
}

// A client makes requests of calls.
type client struct{ handler http.Handler }

func (c client) Create(ctx context.Context, user, title, content string) (layers.Note, error) {
	return c.send(ctx, user, "POST /notes", `{"title":"`+title+`","content":"`+content+`"}`)
}

func (c client) Get(ctx context.Context, user, id string) (layers.Note, error) {
	return c.send(ctx, user, "GET /notes/"+id, "")
}

func (c client) Retitle(ctx context.Context, user, id, title string) (layers.Note, error) {
	return c.send(ctx, user, "PATCH /notes/"+id, `{"title":"`+title+`"}`)
}

func (c client) send(ctx context.Context, user, request, body string) (n layers.Note, err error) {
	res := send(ctx, c.handler, user, request, body)
	fields, err := decode(res)
	if res.StatusCode >= 300 || err != nil {
		return n, errors.Join(err, fmt.Errorf("the answer was %d", res.StatusCode))
	}
	text := func(name string) string { s, _ := fields[name].(string); return s }
	return layers.Note{ID: text("id"), Owner: text("owner"), Title: text("title"), Content: text("content"), Created: later}, nil
}

// An errand is a call in a goroutine of its own.
type errand struct {
	note layers.Note
	err  error
	done chan struct{}
}

func start(call func() (layers.Note, error)) *errand {
	e := &errand{done: make(chan struct{})}
	go func() {
		defer close(e.done)
		e.note, e.err = call()
	}()
	return e
}

// ended reports whether the call has returned. After kit.Settle it has, or waits.
func (e *errand) ended() bool {
	select {
	case <-e.done:
		return true
	default:
		return false
	}
}
