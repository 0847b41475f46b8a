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

	writejson "example.com/leakproof/katas/06-write-json"
)

// The tests of this file are about the fine print.

// It makes no difference how much has been encoded before.
func TestALongListThatCannotBeEncodedIsA500(t *testing.T) {
	huge := writejson.Note{ID: "1", Title: strings.Repeat("Milk", 500_000)}
	bad := writejson.Note{ID: "2", Title: "Eggs", Extra: map[string]any{"n": math.NaN()}}
	c := ask(handler(&store{notes: []writejson.Note{huge, bad}}), "/notes")
	c.want(t, "after a note of 2 MB, note 2 cannot be encoded", 500, "internal", "fine print")
}

// What the encoder says decides nothing, and is not for the client.
func TestWhateverTheEncoderSaysIsA500(t *testing.T) {
	for _, err := range []error{writejson.ErrNotFound, context.Canceled, io.EOF, syscall.EPIPE} {
		wantNothingOf(t, fmt.Sprintf("a value that fails with %q", err), fails(fmt.Errorf("attachment 3: %w", err)), "fine print")
	}
	wantNothingOf(t, `a json.Number that is "Eggs"`, json.Number("Eggs"), "fine print") // the encoder quotes it
}

// A value may come from a stream that can be read only once.
func TestANoteIsEncodedOnce(t *testing.T) {
	var n, bad int
	notes := []writejson.Note{
		{ID: "1", Title: "Milk", Extra: map[string]any{"n": counts(&n)}},
		{ID: "2", Title: "Eggs", Extra: map[string]any{"a": counts(&bad), "z": math.NaN()}},
	}
	for _, tt := range []struct {
		what, path string
		notes      []writejson.Note
	}{
		{"every note can be encoded", "/notes/1", notes[:1]},
		{"every note can be encoded", "/notes", notes[:1]},
		{"note 2 cannot be encoded", "/notes/2", notes},
		{"note 2 cannot be encoded", "/notes", notes},
	} {
		n, bad = 0, 0
		ask(handler(&store{notes: tt.notes}), tt.path)
		if most := max(n, bad); most > 1 {
			t.Fatalf("%s, and for one GET %s a value was encoded %d times;\n"+
				"it may come from a stream that can be read only once (fine print)", tt.what, tt.path, most)
		}
	}
}

// After a Write that failed nothing more is written.
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
		{"the store is down", "/notes", &store{err: errors.New("connection refused")}},
		{"a note that cannot be encoded", "/notes/1", &store{notes: broken}},
	} {
		for _, room := range []int{0, 10} {
			for _, leave := range leaving {
				c := &client{path: tt.path, room: room, leave: leave}
				if c.ask(handler(tt.store)); len(c.after) > 0 {
					t.Fatalf("%s: the client of GET %s had left after %d bytes (%v), and the handler went on: %s;\n"+
						"after a Write that failed nobody is left to answer (fine print)", tt.what, tt.path, room, leave, strings.Join(c.after, ", "))
				}
			}
		}
	}
}
