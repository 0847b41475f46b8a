package writejson_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"syscall"
	"testing"

	writejson "example.com/leakproof/katas/06-write-json"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errDown = errors.New("connection refused")
	long    = strings.Repeat("long ", 2_000) // fits into no small buffer
)

// Restore 1: what goes wrong in the store is answered with its failure, and with
// nothing after it.
func TestAFailureOfTheStoreIsTheWholeAnswer(t *testing.T) {
	notes := []writejson.Note{{ID: "1", Title: "Milk"}}
	for _, tt := range []struct {
		what, path string
		store      *store
		status     int
		code       string
	}{
		{"there is no note 9", "/notes/9", &store{notes: notes}, 404, "not_found"},
		{"the store is down", "/notes/1", &store{err: errDown}, 500, "internal"},
		{"the store is down and returns a note", "/notes/1", &store{notes: notes, err: errDown}, 500, "internal"},
		{"the store is down", "/notes", &store{err: errDown}, 500, "internal"},
		{"the store is down and returns notes", "/notes", &store{notes: notes, err: errDown}, 500, "internal"},
	} {
		ask(handler(tt.store), tt.path).want(t, tt.what, tt.status, tt.code, "Keep 4")
	}
}

// Restore 2: a note that cannot be encoded is a 500, and nothing of any note
// reaches the client.
func TestANoteThatCannotBeEncodedIsA500(t *testing.T) {
	wantNothingOf(t, "NaN", math.NaN(), "Restore 2")
	wantNothingOf(t, "an infinite number in a list", []any{1.5, math.Inf(-1)}, "Restore 2")
	wantNothingOf(t, "a channel", make(chan int), "Restore 2")
	wantNothingOf(t, "a plugin's value that fails", fails(errors.New("plugin gone")), "Restore 2")
}

// wantNothingOf fails t unless a note that has this value cannot be had, alone
// or in a list, and nothing of any note reaches the client.
func wantNothingOf(t *testing.T, what string, value any, clause string) {
	t.Helper()
	good := writejson.Note{ID: "1", Title: "Milk", Extra: map[string]any{"words": 2}}
	bad := writejson.Note{ID: "2", Title: "Eggs", Extra: map[string]any{"a": long, "z": value}}
	h := handler(&store{notes: []writejson.Note{good, bad, good}})
	for _, path := range []string{"/notes/2", "/notes"} {
		c := ask(h, path)
		c.want(t, "note 2 has "+what+" in Extra", 500, "internal", clause)
		if sent := fmt.Sprint(c.sent, c.body.String()); strings.Contains(sent, good.Title) || strings.Contains(sent, bad.Title) {
			t.Fatalf("note 2 has %s in Extra, and the 500 to GET %s has a title in it:\n%s, header %.80q (%s)",
				what, path, excerpt(c.body.String()), fmt.Sprint(c.sent), clause)
		}
	}
}

// Keep 3: 200 with the note or the list, in the store's order.
func TestNotesAreAnsweredAsJSON(t *testing.T) {
	h := handler(&store{notes: []writejson.Note{
		{ID: "2", Title: "Milk, 100% <b>fresh</b>"},
		{ID: "10", Title: "Eggs", Extra: map[string]any{"tags": []any{"a", nil, 1.5}}},
		{ID: "1", Title: long, Extra: map[string]any{}},
	}})
	first := `{"id":"2","title":"Milk, 100% <b>fresh</b>"}`
	second := `{"id":"10","title":"Eggs","extra":{"tags":["a",null,1.5]}}`
	third := `{"id":"1","title":"` + long + `"}`
	for _, tt := range []struct{ path, want string }{
		{"/notes/2", first},
		{"/notes/10", second},
		{"/notes/1", third},
		{"/notes", "[" + first + "," + second + "," + third + "]"},
		{"/notes/2", first},
	} {
		ask(h, tt.path).want(t, "the store has the notes 2, 10 and 1", 200, tt.want, "Keep 3")
	}
}

// Keep 3: each request asks the store once, whatever comes of it.
func TestTheStoreIsAskedOnceForEachRequest(t *testing.T) {
	good := []writejson.Note{{ID: "1", Title: "Milk"}}
	bad := []writejson.Note{{ID: "1", Title: "Eggs", Extra: map[string]any{"n": math.NaN()}}}
	for _, tt := range []struct {
		what  string
		store *store
	}{
		{"the store is well", &store{notes: good}},
		{"there is no note 1", &store{}},
		{"the store is down", &store{notes: good, err: errDown}},
		{"note 1 cannot be encoded", &store{notes: bad}},
	} {
		h := handler(tt.store)
		for _, path := range []string{"/notes/1", "/notes", "/notes/1", "/notes"} {
			ask(h, path)
		}
		tt.store.wantAsked(t, tt.what+", and both paths are requested twice", "Get 1", "List", "Get 1", "List")
	}
}

// Keep 3: with the request's context, or one derived from it.
func TestTheStoreIsAskedWithTheContextOfTheRequest(t *testing.T) {
	for _, path := range []string{"/notes/1", "/notes"} {
		s := &store{notes: []writejson.Note{{ID: "1", Title: "Milk"}}}
		c := &client{path: path}
		h, values := handler(s), true
		ended := ends(t, func(giveUp <-chan struct{}) {
			s.inside = func(ctx context.Context) {
				values = ctx.Value(mark{}) != nil
				c.end()
				select {
				case <-ctx.Done():
				case <-giveUp:
				}
			}
			c.ask(h)
		})
		if !ended || !values {
			t.Fatalf("GET %s: the context of the store's call ends with the request's: %t; it has its values: %t;\n"+
				"the store is asked with the context of the request, or with one derived from it (Keep 3)", path, ended, values)
		}
	}
}

// Keep 4: ErrNotFound is a 404, wrapped or not, every other error a 500.
func TestErrorsOfTheStoreAreTold(t *testing.T) {
	for _, err := range []error{
		writejson.ErrNotFound,
		fmt.Errorf("shard 3: %w", fmt.Errorf("note 1: %w", writejson.ErrNotFound)),
		errors.Join(errors.New("shard 3 is slow"), writejson.ErrNotFound),
	} {
		ask(handler(&store{err: err}), "/notes/1").want(t, fmt.Sprintf("the store returns %q, which wraps ErrNotFound", err), 404, "not_found", "Keep 4")
	}
	for _, err := range []error{
		errors.New("note not found"), // only the words of ErrNotFound
		fmt.Errorf("query: %w", context.Canceled),
		context.DeadlineExceeded,
		io.EOF,
		syscall.EPIPE,
	} {
		for _, path := range []string{"/notes/1", "/notes"} {
			ask(handler(&store{err: err}), path).want(t, fmt.Sprintf("the store returns %q, and the client is there", err), 500, "internal", "Keep 4")
		}
	}
}

// Keep 5: what one request has left behind is not in the next answer.
func TestAFailureChangesNothingForTheNextRequest(t *testing.T) {
	good := []writejson.Note{{ID: "1", Title: "Milk"}}
	bad := []writejson.Note{{ID: "1", Title: "Eggs"}, {ID: "2", Title: "Salt", Extra: map[string]any{"n": math.NaN()}}}
	s := &store{}
	h := handler(s)
	for range 10 { // a sync.Pool forgets by chance
		for _, tt := range []struct {
			what  string
			notes []writejson.Note
			first client
		}{
			{"a note that could not be encoded", bad, client{path: "/notes/2"}},
			{"a list that could not be encoded", bad, client{path: "/notes"}},
			{"a note that is not there", good, client{path: "/notes/9"}},
			{"a note whose client left early", good, client{path: "/notes/1", room: 10, leave: leaving[0]}},
		} {
			s.notes = tt.notes
			tt.first.ask(h)
			s.notes = good
			ask(h, "/notes/1").want(t, "the request before this one was for "+tt.what, 200, `{"id":"1","title":"Milk"}`, "Keep 5")
		}
	}
}

// Keep 5: while one client reads, others are answered; each reads its own answer.
func TestASlowClientDisturbsNobody(t *testing.T) {
	up := handler(&store{notes: []writejson.Note{{ID: "1", Title: "Milk"}, {ID: "2", Title: "Eggs"}}})
	down := handler(&store{err: errDown})
	all := []struct {
		handler http.Handler
		path    string
		status  int
		want    string
	}{
		{up, "/notes/1", 200, `{"id":"1","title":"Milk"}`},
		{up, "/notes/2", 200, `{"id":"2","title":"Eggs"}`},
		{up, "/notes", 200, `[{"id":"1","title":"Milk"},{"id":"2","title":"Eggs"}]`},
		{down, "/notes", 500, "internal"},
	}
	for _, first := range all {
		for _, second := range all {
			for round := range 10 { // a sync.Pool forgets by chance
				slow, quick := &client{path: first.path}, &client{path: second.path}
				ended := ends(t, func(giveUp <-chan struct{}) {
					slow.onWrite = func() { // the whole second request happens inside a Write of the first
						if other := func() { quick.ask(second.handler) }; round == 0 {
							meanwhile(other, giveUp)
						} else {
							other() // in the same goroutine, a sync.Pool forgets less
						}
					}
					slow.ask(first.handler)
				})
				if !ended {
					t.Fatalf("a client had not yet read its answer to GET %s, and GET %s of another waited for it;\n"+
						"a client that reads slowly holds up nobody else (Keep 5)", first.path, second.path)
				}
				slow.want(t, "while its client read, GET "+second.path+" was answered", first.status, first.want, "Keep 5")
				quick.want(t, "sent while a client read the answer to GET "+first.path, second.status, second.want, "Keep 5")
			}
		}
	}
}
