package writejson_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	writejson "example.com/leakproof/katas/06-write-json"
)

// Restore 2: what the encoder says may quote a note.
func TestWhatTheEncoderSaysIsNotForTheClient(t *testing.T) {
	wantNothingOf(t, `a json.Number that is "Eggs"`, json.Number("Eggs")) // the encoder quotes it
}

// Restore 2: it makes no difference how much has been encoded before.
func TestALongListThatCannotBeEncodedIsA500(t *testing.T) {
	huge := writejson.Note{ID: "1", Title: strings.Repeat("Milk", 500_000)}
	bad := writejson.Note{ID: "2", Title: "Eggs", Extra: map[string]any{"n": math.NaN()}}
	c := ask(handler(&store{notes: []writejson.Note{huge, bad}}), "/notes")
	c.want(t, "after a note of 2 MB, note 2 cannot be encoded", 500, "internal", "Restore 2")
}

// Fine print: a value may come from a stream that can be read only once.
func TestANoteIsEncodedOnce(t *testing.T) {
	for _, path := range []string{"/notes/1", "/notes"} {
		times := 0
		once := marshaler(func() ([]byte, error) {
			times++
			return fmt.Append(nil, times), nil
		})
		ask(handler(&store{notes: []writejson.Note{{ID: "1", Title: "Milk", Extra: map[string]any{"n": once}}}}), path)
		if times > 1 {
			t.Fatalf("for one GET %s a value in Extra was encoded %d times, and the second time it was another;\n"+
				"it may come from a stream that can be read only once (fine print)", path, times)
		}
	}
}

// Fine print: after a Write that failed nothing more is written.
func TestNothingFollowsAWriteThatFailed(t *testing.T) {
	h := handler(&store{notes: []writejson.Note{{ID: "1", Title: "Milk"}, {ID: "2", Title: long}}})
	for _, path := range []string{"/notes/1", "/notes/2", "/notes", "/notes/9"} {
		for _, room := range []int{0, 10} {
			c := &client{path: path, room: room, leave: errLeft}
			if c.ask(h); len(c.after) > 0 {
				t.Fatalf("the client of GET %s left after %d bytes, so Write returned an error, and the handler went on: %s;\n"+
					"after a Write that failed nobody is left to answer (fine print)", path, room, strings.Join(c.after, ", "))
			}
		}
	}
}
