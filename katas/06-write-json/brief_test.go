package writejson_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	writejson "example.com/leakproof/katas/06-write-json"
	"example.com/leakproof/katas/internal/kit"
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
	} {
		ask(handler(tt.store), tt.path).want(t, tt.what, tt.status, tt.code, "Keep 4")
	}
}

// Restore 2: a note that cannot be encoded is a 500, and nothing of any note
// reaches the client.
func TestANoteThatCannotBeEncodedIsA500(t *testing.T) {
	wantNothingOf(t, "NaN", math.NaN())
	wantNothingOf(t, "an infinite number in a list", []any{1.5, math.Inf(-1)})
	wantNothingOf(t, "a channel", make(chan int))
	wantNothingOf(t, "a plugin's value that fails", marshaler(func() ([]byte, error) { return nil, errors.New("plugin gone") }))
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
	} {
		ask(h, tt.path).want(t, "the store has the notes 2, 10 and 1", 200, tt.want, "Keep 3")
	}
}

// Keep 3: with the request's context, or one derived from it.
func TestTheStoreIsAskedWithTheContextOfTheRequest(t *testing.T) {
	for _, path := range []string{"/notes/1", "/notes"} {
		s, c := &store{notes: []writejson.Note{{ID: "1", Title: "Milk"}}}, &client{path: path}
		var err error
		var value any
		s.inside = func(ctx context.Context) {
			c.end() // the client leaves
			kit.Settle(t)
			err, value = ctx.Err(), ctx.Value(mark{})
		}
		if c.ask(handler(s)); err == nil || value == nil {
			t.Fatalf("the client of GET %s left while the store was asked: the context of the call ended: %t; it has the request's values: %t;\n"+
				"the store is asked with the request's context, or with one derived from it (Keep 3)", path, err != nil, value != nil)
		}
	}
}

// Keep 4: ErrNotFound is a 404, wrapped or not, every other error a 500.
func TestErrorsOfTheStoreAreTold(t *testing.T) {
	for _, err := range []error{
		writejson.ErrNotFound,
		fmt.Errorf("shard 3: %w", fmt.Errorf("note 1: %w", writejson.ErrNotFound)),
	} {
		ask(handler(&store{err: err}), "/notes/1").want(t, fmt.Sprintf("Get returns %q, which wraps ErrNotFound", err), 404, "not_found", "Keep 4")
	}
	for _, err := range []error{
		errors.New("note not found"), // only the words of ErrNotFound
		fmt.Errorf("query: %w", context.Canceled),
		io.EOF,
	} {
		for _, path := range []string{"/notes/1", "/notes"} {
			ask(handler(&store{err: err}), path).want(t, fmt.Sprintf("the store returns %q, and the client is there", err), 500, "internal", "Keep 4")
		}
	}
}

// Keep 5: what one request has left behind is not in the next answer.
func TestAFailureChangesNothingForTheNextRequest(t *testing.T) {
	s := &store{notes: []writejson.Note{{ID: "1", Title: "Milk"}, {ID: "2", Title: "Salt", Extra: map[string]any{"n": math.NaN()}}}}
	h := handler(s)
	for range 10 { // a sync.Pool forgets by chance
		for _, tt := range []struct {
			what  string
			first client
		}{
			{"a note that could not be encoded", client{path: "/notes/2"}},
			{"a list that could not be encoded", client{path: "/notes"}},
			{"a note that is not there", client{path: "/notes/9"}},
			{"a note whose client left early", client{path: "/notes/1", room: 10, leave: errLeft}},
		} {
			tt.first.ask(h)
			ask(h, "/notes/1").want(t, "the request before this one was for "+tt.what, 200, `{"id":"1","title":"Milk"}`, "Keep 5")
		}
	}
}

// The requests of the tests below, and their answers.
var all = []struct {
	path   string
	status int
	want   string
}{
	{"/notes/1", 200, `{"id":"1","title":"Milk"}`},
	{"/notes/2", 200, `{"id":"2","title":"Eggs"}`},
	{"/notes", 200, `[{"id":"1","title":"Milk"},{"id":"2","title":"Eggs"}]`},
	{"/notes/9", 404, "not_found"},
}

// Keep 5: each client reads its own answer, also while another one reads.
func TestEachClientReadsItsOwnAnswer(t *testing.T) {
	h := handler(&store{notes: []writejson.Note{{ID: "1", Title: "Milk"}, {ID: "2", Title: "Eggs"}}})
	for _, first := range all {
		for _, second := range all {
			for range 10 { // a sync.Pool forgets by chance
				slow, quick := &client{path: first.path}, &client{path: second.path}
				whileItReads(t, h, slow, quick)
				slow.want(t, "while its client read, GET "+second.path+" was answered", first.status, first.want, "Keep 5")
				quick.want(t, "sent while a client read the answer to GET "+first.path, second.status, second.want, "Keep 5")
			}
		}
	}
}

// Keep 5: a client that reads slowly holds up nobody.
func TestASlowClientHoldsUpNobody(t *testing.T) {
	h := handler(&store{notes: []writejson.Note{{ID: "1", Title: "Milk"}, {ID: "2", Title: "Eggs"}}})
	for _, first := range all {
		for _, second := range all {
			if !whileItReads(t, h, &client{path: first.path}, &client{path: second.path}) {
				t.Fatalf("a client had not yet read its answer to GET %s, and GET %s of another waited for it;\n"+
					"a client that reads slowly holds up nobody else (Keep 5)", first.path, second.path)
			}
		}
	}
}

// whileItReads has both ask h, quick inside the first Write to slow. It reports
// whether quick was answered before that Write returned.
func whileItReads(t *testing.T, h http.Handler, slow, quick *client) bool {
	var wg sync.WaitGroup
	var answered atomic.Bool
	inTime := false
	slow.onWrite = func() {
		wg.Go(func() {
			quick.ask(h)
			answered.Store(true)
		})
		kit.Settle(t)
		inTime = answered.Load()
	}
	slow.ask(h)
	wg.Wait()
	return inTime
}
