package writejson_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	writejson "example.com/leakproof/katas/01-write-json"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// long is a title that fits into no small buffer.
var long = strings.Repeat("long ", 2_000)

// Contract 1 and 2: 200 with the note or the list, as one JSON value; the store
// is asked once, with the id of the path and the context of the request.
func TestNotesAreAnsweredAsJSON(t *testing.T) {
	s := &store{notes: []writejson.Note{
		{ID: "1", Title: "Milk"},
		{ID: "2", Title: `<b>"Eggs"</b> & ` + "\u2028", Extra: map[string]any{"views": int64(9007199254740993), "tags": []any{"a", nil, 1.5}}},
		{ID: "3", Title: long, Extra: map[string]any{}},
	}}
	h := handler(s)
	first := `{"id":"1","title":"Milk"}`
	second := `{"id":"2","title":"<b>\"Eggs\"</b> & \u2028","extra":{"views":9007199254740993,"tags":["a",null,1.5]}}`
	third := `{"id":"3","title":"` + long + `"}`
	for _, tt := range []struct{ path, want, call string }{
		{"/notes/1", first, "Get 1"},
		{"/notes/2", second, "Get 2"},
		{"/notes/3", third, "Get 3"},
		{"/notes", "[" + first + "," + second + "," + third + "]", "List"},
		{"/notes/1", first, "Get 1"},
	} {
		ask(h, tt.path).want(t, "the store has the notes 1 to 3", 200, tt.want)
		s.wantAsked(t, tt.path, tt.call)
	}
}

// Contract 3: what goes wrong in the store is answered with its failure and
// with nothing else.
func TestAFailureOfTheStoreIsTheWholeAnswer(t *testing.T) {
	const get, list = "Get 1", "List"
	for _, tt := range []struct {
		what, call string
		err        error // nil: the store is well
		status     int
		code       string
	}{
		{"there is no note 9", "Get 9", nil, 404, "not_found"},
		{"the store says ErrNotFound", get, writejson.ErrNotFound, 404, "not_found"},
		{"ErrNotFound is wrapped twice", get, fmt.Errorf("shard 3: %w", fmt.Errorf("note 1: %w", writejson.ErrNotFound)), 404, "not_found"},
		{"the store is down", get, errors.New("connection refused"), 500, "internal"},
		{"another error has the words of ErrNotFound", get, errors.New("note not found"), 500, "internal"},
		{"the store is too slow", get, context.DeadlineExceeded, 500, "internal"},
		{"the store is down", list, errors.New("connection refused"), 500, "internal"},
		{"the store is too slow", list, context.DeadlineExceeded, 500, "internal"},
	} {
		path := "/notes"
		if id, ok := strings.CutPrefix(tt.call, "Get "); ok {
			path += "/" + id
		}
		s := &store{notes: []writejson.Note{{ID: "1", Title: "Milk"}}, err: tt.err}
		ask(handler(s), path).want(t, tt.what, tt.status, tt.code)
		s.wantAsked(t, path, tt.call)
	}
}

// Contract 4: an answer that cannot be encoded is a 500 `internal`, whatever
// the encoder says, and nothing of it reaches the client.
func TestANoteThatCannotBeEncodedIsA500(t *testing.T) {
	failing := func(err error) any { return marshaler(func() ([]byte, error) { return nil, err }) }
	for _, tt := range []struct {
		what  string
		value any
	}{
		{"NaN", math.NaN()},
		{"an infinite number", []any{1.5, math.Inf(-1)}},
		{"a channel", make(chan int)},
		{"a function in a map", map[string]any{"f": func() {}}},
		{"a plugin's value that fails", failing(errors.New("plugin gone"))},
		{"a plugin's value that fails with ErrNotFound", failing(fmt.Errorf("attachment 3: %w", writejson.ErrNotFound))},
		{"a plugin's value that makes half a JSON", marshaler(func() ([]byte, error) { return []byte(`{"a":`), nil })},
	} {
		good := writejson.Note{ID: "1", Title: "Milk", Extra: map[string]any{"words": 2}}
		bad := writejson.Note{ID: "2", Title: "Eggs", Extra: map[string]any{"a": long, "z": tt.value}}
		s := &store{notes: []writejson.Note{good, bad, good}}
		h := handler(s)
		for _, r := range []struct{ path, call string }{{"/notes/2", "Get 2"}, {"/notes", "List"}} {
			c := ask(h, r.path)
			c.want(t, "note 2 has "+tt.what+" in Extra", 500, "internal")
			if sent := fmt.Sprint(c.sent, c.body.String()); strings.Contains(sent, good.Title) || strings.Contains(sent, bad.Title) {
				t.Fatalf("note 2 has %s in Extra, and the 500 to GET %s has the title of a note in it: %s;\n"+
					"no part of the notes reaches the client", tt.what, r.path, excerpt(c.body.String()))
			}
			s.wantAsked(t, r.path, r.call)
		}
	}
}

// Contract 5: a note is encoded once for each request.
func TestANoteIsEncodedOnce(t *testing.T) {
	const note = `{"id":"1","title":"Milk","extra":{"text":"read"}}`
	for _, tt := range []struct{ path, want string }{{"/notes/1", note}, {"/notes", "[" + note + "]"}} {
		h := handler(&store{notes: []writejson.Note{{ID: "1", Title: "Milk", Extra: map[string]any{"text": once()}}}})
		ask(h, tt.path).want(t, "a value of note 1 can be encoded once", 200, tt.want)
	}
}

// Contract 6: after a Write that failed nothing more is written.
func TestNothingFollowsAWriteThatFailed(t *testing.T) {
	notes := []writejson.Note{{ID: "1", Title: "Milk"}, {ID: "2", Title: long}}
	broken := []writejson.Note{{ID: "1", Title: "Milk", Extra: map[string]any{"n": math.NaN()}}}
	for _, tt := range []struct {
		what, path string
		store      *store
	}{
		{"a note", "/notes/1", &store{notes: notes}},
		{"a long note", "/notes/2", &store{notes: notes}},
		{"a list", "/notes", &store{notes: notes}},
		{"no such note", "/notes/9", &store{notes: notes}},
		{"the store is down", "/notes/1", &store{notes: notes, err: errors.New("connection refused")}},
		{"the store is down", "/notes", &store{notes: notes, err: errors.New("connection refused")}},
		{"a note that cannot be encoded", "/notes/1", &store{notes: broken}},
		{"a list that cannot be encoded", "/notes", &store{notes: broken}},
	} {
		for _, room := range []int{0, 10} {
			for _, leave := range leaving {
				c := &client{path: tt.path, room: room, leave: leave}
				if c.ask(handler(tt.store)); len(c.late) > 0 {
					t.Fatalf("%s: the client of GET %s had left after %d bytes (%v),\nand the handler went on: %s;\n"+
						"after a Write that failed there is nobody left to answer", tt.what, tt.path, room, leave, strings.Join(c.late, ", "))
				}
			}
		}
	}
}

// Contract 7: a failure changes nothing for the next request.
func TestAFailureChangesNothingForTheNextRequest(t *testing.T) {
	good := []writejson.Note{{ID: "1", Title: "Milk"}}
	bad := []writejson.Note{{ID: "1", Title: "Eggs", Extra: map[string]any{"n": math.NaN()}}}
	const note = `{"id":"1","title":"Milk"}`
	s := &store{}
	h := handler(s)
	for range 10 { // a sync.Pool forgets by chance
		for _, r := range []struct{ path, want string }{{"/notes/1", note}, {"/notes", "[" + note + "]"}} {
			s.notes = bad
			ask(h, r.path).want(t, "it cannot be encoded", 500, "internal")
			s.notes = good
			ask(h, r.path).want(t, "the request before it could not be encoded", 200, r.want)
			ask(h, "/notes/9").want(t, "the request before it succeeded", 404, "not_found")
			(&client{path: r.path, room: 10, leave: leaving[0]}).ask(h)
			ask(h, r.path).want(t, "the client of the request before it left early", 200, r.want)
		}
	}
}

// A request has an answer that is known beforehand.
type request struct {
	handler http.Handler
	path    string
	status  int
	want    string
}

// requests are some to a handler that is well, and one to a handler whose store
// is down.
func requests() []request {
	up := handler(&store{notes: []writejson.Note{{ID: "1", Title: "Milk"}, {ID: "2", Title: "Eggs"}}})
	down := handler(&store{err: errors.New("connection refused")})
	return []request{
		{up, "/notes/1", 200, `{"id":"1","title":"Milk"}`},
		{up, "/notes/2", 200, `{"id":"2","title":"Eggs"}`},
		{up, "/notes", 200, `[{"id":"1","title":"Milk"},{"id":"2","title":"Eggs"}]`},
		{down, "/notes", 500, "internal"},
	}
}

// Contract 7: while one client reads, others are answered; each reads its own
// answer.
func TestASlowClientDisturbsNobody(t *testing.T) {
	all := requests()
	for _, first := range all {
		for _, second := range all {
			for range 10 { // a sync.Pool forgets by chance
				slow, quick := &client{path: first.path}, &client{path: second.path}
				slow.onWrite = func() { quick.ask(second.handler) } // the whole second request happens inside a Write of the first
				done := make(chan struct{})
				go func() {
					defer close(done)
					slow.ask(first.handler)
				}()
				if !ends(done) {
					t.Fatalf("a client had not yet read its answer to GET %s, and GET %s of another waited for it;\n"+
						"a client that reads slowly holds up nobody else", first.path, second.path)
				}
				slow.want(t, "while its client read, GET "+second.path+" was answered", first.status, first.want)
				quick.want(t, "sent while a client read the answer to GET "+first.path, second.status, second.want)
			}
		}
	}
}

// Contract 7: requests at the same time share nothing; the race detector looks
// on.
func TestRequestsAtTheSameTimeGetTheirOwnAnswers(t *testing.T) {
	all := slices.Repeat(requests(), 3)
	clients := make([]*client, len(all))
	var group sync.WaitGroup
	for i, r := range all {
		group.Go(func() { clients[i] = ask(r.handler, r.path) })
	}
	group.Wait()
	for i, r := range all {
		clients[i].want(t, "several requests at the same time", r.status, r.want)
	}
}
