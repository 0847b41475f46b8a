package writejson_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"syscall"
	"testing"

	writejson "example.com/leakproof/katas/01-write-json"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// long is a title that fits into no small buffer.
var long = strings.Repeat("long ", 2_000)

// Contract 1 and 2: 200 with the note or the list, as one JSON value.
func TestNotesAreAnsweredAsJSON(t *testing.T) {
	h := handler(&store{notes: []writejson.Note{
		{ID: "1", Title: "Milk"},
		{ID: "2", Title: "Eggs", Extra: map[string]any{"tags": []any{"a", nil, 1.5}}},
		{ID: "3", Title: long, Extra: map[string]any{}},
	}})
	first := `{"id":"1","title":"Milk"}`
	second := `{"id":"2","title":"Eggs","extra":{"tags":["a",null,1.5]}}`
	third := `{"id":"3","title":"` + long + `"}`
	for _, tt := range []struct{ path, want string }{
		{"/notes/1", first},
		{"/notes/2", second},
		{"/notes/3", third},
		{"/notes", "[" + first + "," + second + "," + third + "]"},
		{"/notes/1", first},
	} {
		ask(h, tt.path).want(t, "the store has the notes 1 to 3", 200, tt.want)
	}
}

// Contract 2: what a note has in it reaches the client as it is.
func TestANoteArrivesAsItIs(t *testing.T) {
	for _, tt := range []struct {
		what string
		note writejson.Note
		want string
	}{
		{"a title with quotes and marks", writejson.Note{Title: `<b>"Eggs"</b> & ` + "\u2028"}, `"title":"<b>\"Eggs\"</b> & \u2028"`},
		{"a title with a percent sign", writejson.Note{Title: "100% done, 5%d"}, `"title":"100% done, 5%d"`},
		{"a title that is not in ASCII", writejson.Note{Title: "Käse 🧀"}, `"title":"Käse 🧀"`},
		{"a large number", writejson.Note{Extra: map[string]any{"views": int64(9007199254740993)}}, `"title":"","extra":{"views":9007199254740993}`},
	} {
		tt.note.ID = "1"
		h, want := handler(&store{notes: []writejson.Note{tt.note}}), `{"id":"1",`+tt.want+`}`
		ask(h, "/notes/1").want(t, tt.what, 200, want)
		ask(h, "/notes").want(t, tt.what, 200, "["+want+"]")
	}
}

// Contract 2: the store is asked for the id of the path.
func TestTheStoreIsAskedForTheIDOfThePath(t *testing.T) {
	for _, tt := range []struct{ path, call string }{
		{"/notes/1", "Get 1"},
		{"/notes/a%2Fb", "Get a/b"},
		{"/notes/a%20b", "Get a b"},
		{"/notes/100%25", "Get 100%"},
	} {
		s := &store{}
		ask(handler(s), tt.path)
		s.wantAsked(t, "GET "+tt.path, tt.call)
	}
}

// Contract 2: the store is asked once for each request, whatever comes of it.
func TestTheStoreIsAskedOnceForEachRequest(t *testing.T) {
	good := []writejson.Note{{ID: "1", Title: "Milk"}}
	bad := []writejson.Note{{ID: "1", Title: "Eggs", Extra: map[string]any{"n": math.NaN()}}}
	for _, tt := range []struct {
		what  string
		store *store
	}{
		{"the store is well", &store{notes: good}},
		{"there is no note 1", &store{}},
		{"the store is down", &store{notes: good, err: errors.New("connection refused")}},
		{"the store is too slow", &store{notes: good, err: context.DeadlineExceeded}},
		{"note 1 cannot be encoded", &store{notes: bad}},
	} {
		h := handler(tt.store)
		for _, path := range []string{"/notes/1", "/notes", "/notes/1", "/notes"} {
			ask(h, path)
		}
		tt.store.wantAsked(t, tt.what+", and both paths are requested twice", "Get 1", "List", "Get 1", "List")
	}
}

// Contract 2: the store is asked with the context of the request.
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
		wrong := ""
		switch {
		case !ended:
			wrong = "that had not ended when the context of the request had"
		case !values:
			wrong = "without the values of the context of the request"
		}
		if wrong != "" {
			t.Fatalf("GET %s: the store was asked with a context %s;\n"+
				"it is asked with the context of the request, or with one derived from it", path, wrong)
		}
	}
}

// Contract 1 and 3: what goes wrong in the store is answered with its failure
// and with nothing else.
func TestAFailureOfTheStoreIsTheWholeAnswer(t *testing.T) {
	notes := []writejson.Note{{ID: "1", Title: "Milk"}}
	down := errors.New("connection refused")
	for _, tt := range []struct {
		what, path string
		store      *store
		status     int
		code       string
	}{
		{"the store says ErrNotFound", "/notes/1", &store{err: writejson.ErrNotFound}, 404, "not_found"},
		{"the store says ErrNotFound beside a note", "/notes/1", &store{notes: notes, err: writejson.ErrNotFound}, 404, "not_found"},
		{"the store is down", "/notes/1", &store{err: down}, 500, "internal"},
		{"the store is down and returns a note", "/notes/1", &store{notes: notes, err: down}, 500, "internal"},
		{"the store is down", "/notes", &store{err: down}, 500, "internal"},
		{"the store is down and returns notes", "/notes", &store{notes: notes, err: down}, 500, "internal"},
	} {
		ask(handler(tt.store), tt.path).want(t, tt.what, tt.status, tt.code)
	}
}

// Contract 3: ErrNotFound is found in what wraps it.
func TestAWrappedErrNotFoundIsA404(t *testing.T) {
	one := fmt.Errorf("note 1: %w", writejson.ErrNotFound)
	for _, tt := range []struct {
		what string
		err  error
	}{
		{"wrapped once", one},
		{"wrapped twice", fmt.Errorf("shard 3: %w", one)},
		{"joined with another error", errors.Join(errors.New("shard 3 is slow"), one)},
	} {
		if got := ask(handler(&store{err: tt.err}), "/notes/1").kind(); got != "404 not_found" {
			t.Fatalf("the store says ErrNotFound, %s: GET /notes/1 was answered %q;\n"+
				"the answer is a 404 with the code not_found, wrapped or not", tt.what, got)
		}
	}
}

// Contract 3: every other error of the store is a 500.
func TestEveryOtherErrorOfTheStoreIsA500(t *testing.T) {
	for _, err := range []error{
		fmt.Errorf("query: %w", context.Canceled),
		fmt.Errorf("query: %w", context.DeadlineExceeded),
		context.Canceled,
		context.DeadlineExceeded,
		io.EOF,
		syscall.EPIPE,
		errors.New("note not found"), // the words of ErrNotFound
	} {
		h := handler(&store{notes: []writejson.Note{{ID: "1", Title: "Milk"}}, err: err})
		for _, path := range []string{"/notes/1", "/notes"} {
			if got := ask(h, path).kind(); got != "500 internal" {
				t.Fatalf("the store says %q, and the client is there: GET %s was answered %q;\n"+
					"whatever does not wrap ErrNotFound is a 500 with the code internal", err, path, got)
			}
		}
	}
}

// wantNothingOf fails t unless a note that has this value cannot be had, alone
// or in a list, and nothing of any note reaches the client.
func wantNothingOf(t *testing.T, what string, value any) {
	t.Helper()
	good := writejson.Note{ID: "1", Title: "Milk", Extra: map[string]any{"words": 2}}
	bad := writejson.Note{ID: "2", Title: "Eggs", Extra: map[string]any{"a": long, "z": value}}
	h := handler(&store{notes: []writejson.Note{good, bad, good}})
	for _, path := range []string{"/notes/2", "/notes"} {
		c := ask(h, path)
		c.want(t, "note 2 has "+what+" in Extra", 500, "internal")
		if sent := fmt.Sprint(c.sent, c.body.String()); strings.Contains(sent, good.Title) || strings.Contains(sent, bad.Title) {
			t.Fatalf("note 2 has %s in Extra, and the 500 to GET %s has a title in it:\n%s, header %.80q;\n"+
				"no text of a note reaches the client", what, path, excerpt(c.body.String()), fmt.Sprint(c.sent))
		}
	}
}

// Contract 4: an answer that cannot be encoded is a 500 `internal`, and nothing
// of it reaches the client.
func TestANoteThatCannotBeEncodedIsA500(t *testing.T) {
	wantNothingOf(t, "NaN", math.NaN())
	wantNothingOf(t, "an infinite number", []any{1.5, math.Inf(-1)})
	wantNothingOf(t, "a channel", make(chan int))
	wantNothingOf(t, "a function in a map", map[string]any{"f": func() {}})
	wantNothingOf(t, "a plugin's value that fails", fails(errors.New("plugin gone")))
	wantNothingOf(t, "a plugin's value that makes half a JSON", marshaler(func() ([]byte, error) { return []byte(`{"a":`), nil }))
}

// Contract 4: it is a 500 whatever the encoder says, and what it says is not
// for the client.
func TestWhateverTheEncoderSaysIsA500(t *testing.T) {
	for _, err := range append(leaving, writejson.ErrNotFound, context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrClosedPipe, io.ErrShortWrite) {
		wantNothingOf(t, fmt.Sprintf("a value that fails with %q", err), fails(fmt.Errorf("attachment 3: %w", err)))
	}
	wantNothingOf(t, `a json.Number that is "Eggs"`, json.Number("Eggs")) // the encoder quotes it
}

// Contract 4: it makes no difference how much has been encoded before.
func TestALongListThatCannotBeEncodedIsA500(t *testing.T) {
	huge := writejson.Note{ID: "1", Title: strings.Repeat("Milk", 500_000)}
	bad := writejson.Note{ID: "2", Title: "Eggs", Extra: map[string]any{"n": math.NaN()}}
	c := ask(handler(&store{notes: []writejson.Note{huge, bad}}), "/notes")
	c.want(t, "after a note of 2 MB, note 2 cannot be encoded", 500, "internal")
}

// Contract 5: a note is encoded once for each request, also if that fails.
func TestANoteIsEncodedOnce(t *testing.T) {
	const note = `{"id":"1","title":"Milk","extra":{"text":"read"}}`
	for _, tt := range []struct{ path, want string }{{"/notes/1", note}, {"/notes", "[" + note + "]"}} {
		h := handler(&store{notes: []writejson.Note{{ID: "1", Title: "Milk", Extra: map[string]any{"text": once()}}}})
		ask(h, tt.path).want(t, "a value of note 1 can be encoded once", 200, tt.want)
	}
	for _, path := range []string{"/notes/2", "/notes"} {
		var before, inside, after int
		ask(handler(&store{notes: []writejson.Note{
			{ID: "1", Title: "Milk", Extra: map[string]any{"n": counts(&before)}},
			{ID: "2", Title: "Eggs", Extra: map[string]any{"a": counts(&inside), "z": math.NaN()}},
			{ID: "3", Title: "Salt", Extra: map[string]any{"n": counts(&after)}},
		}}), path)
		if most := max(before, inside, after); most > 1 {
			t.Fatalf("note 2 cannot be encoded, and for one GET %s another value was encoded %d times;\n"+
				"a note is encoded once for each request, also if that fails", path, most)
		}
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
				if c.ask(handler(tt.store)); len(c.after) > 0 {
					t.Fatalf("%s: the client of GET %s had left after %d bytes (%v),\nand the handler went on: %s;\n"+
						"after a Write that failed there is nobody left to answer", tt.what, tt.path, room, leave, strings.Join(c.after, ", "))
				}
			}
		}
	}
}

// Contract 7: what one request has left behind is not in the next answer.
func TestAFailureChangesNothingForTheNextRequest(t *testing.T) {
	good := []writejson.Note{{ID: "1", Title: "Milk"}}
	bad := []writejson.Note{{ID: "1", Title: "Eggs"}, {ID: "2", Title: "Salt", Extra: map[string]any{"n": math.NaN()}}}
	const note = `{"id":"1","title":"Milk"}`
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
			{"a list whose client left early", good, client{path: "/notes", room: 10, leave: leaving[0]}},
		} {
			for _, next := range []struct{ path, want string }{{"/notes/1", note}, {"/notes", "[" + note + "]"}} {
				first := tt.first
				s.notes = tt.notes
				first.ask(h)
				s.notes = good
				ask(h, next.path).want(t, "the request before this one was for "+tt.what, 200, next.want)
			}
		}
	}
}
