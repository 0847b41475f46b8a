package decode_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	decode "example.com/leakproof/katas/07-decode"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const milk = `{"title":"Milk"}`

// Restore 1: a body over 16 KiB is 413, with a Content-Length or without.
func TestABodyOver16KiBIsTooLarge(t *testing.T) {
	eachRefused(t, anyhow, []sample{
		{name: "a content, by one byte", text: noteOf(limit + 1)},
		{name: "white space before", text: spaces(limit) + noteOf(100)},
		{name: "fewer characters than bytes", text: `{"title":"` + strings.Repeat("é", limit/2) + `"}`},
	}, `a body over 16 KiB is answered 413 "too_large", however it arrives (Restore 1)`, tooLarge)
}

// Restore 1: at most 64 KiB of it are read, before the answer or behind it.
func TestALongBodyIsNotReadToItsEnd(t *testing.T) {
	each(t, anyhow, []sample{
		{name: "a long content", text: noteOf(flood)},
		{name: "white space behind", text: noteOf(100) + spaces(flood-100)},
		{name: "many notes", text: strings.Repeat(noteOf(1024), flood/1024)},
	}, func(t *testing.T, _ sample, b *upload) {
		post(t, decode.NewHandler(&store{}), b)
		if b.taken > most {
			t.Fatalf("of a body of %s the handler read %d bytes;\nthe handler reads at most 64 KiB of a body, kept or not (Restore 1)", b, b.taken)
		}
	})
}

// Restore 2: a note has no other field, wherever it stands and whatever its name.
func TestAnUnknownFieldIsRefused(t *testing.T) {
	eachRefused(t, announced, []sample{
		{name: "behind the title", text: `{"title":"Milk","text":"2 l"}`},
		{name: "before the title", text: `{"text":"2 l","title":"Milk"}`},
		{name: "between the two", text: `{"title":"Milk","colour":null,"content":"2 l"}`},
		{name: "an id", text: `{"id":"7","title":"Milk"}`},
		{name: "far behind", text: strings.TrimSuffix(noteOf(12000), "}") + `,"text":"2 l"}`},
	}, `a note with a field besides title and content is answered 400 "validation_error" (Restore 2)`, invalid)
}

// Restore 3: behind the note there is nothing but white space, however far.
func TestNothingStandsBesideTheNote(t *testing.T) {
	wantOneNote(t)
	eachRefused(t, announced, []sample{
		{name: "a note far behind", text: milk + spaces(9000) + milk},
		{name: "text far behind", text: milk + spaces(12000) + "and bread"},
		{name: "text before it", text: "and " + milk},
	}, oneNote, invalid)
}

const oneNote = `a body that is more than one note is answered 400 "validation_error" (Restore 3)`

// wantOneNote fails t where what follows a note is not even looked at.
func wantOneNote(t *testing.T) {
	t.Helper()
	eachRefused(t, announced, []sample{
		{name: "a second note", text: milk + `{"title":"Bread"}`},
		{name: "text", text: milk + " and bread"},
		{name: "a closing brace", text: milk + "}"},
		{name: "a closing bracket", text: milk + "]"},
	}, oneNote, invalid)
}

// Keep 7: nothing of one request is in the next.
func TestRequestsDoNotMix(t *testing.T) {
	s := &store{}
	h := decode.NewHandler(s)
	for range 8 { // what is kept for reuse may be dropped now and then
		for _, before := range []string{`{"title":"Milk","content":"2 l"}`, `{"title":"Milk","content":"2 l"}}`, `{"content":"2 l"}`} {
			post(t, h, announced[0].of(before))
			s.notes = nil
			post(t, h, announced[0].of(`{"title":"Bread"}`))
			if want := (decode.Note{Title: "Bread"}); len(s.notes) != 1 || s.notes[0] != want {
				t.Fatalf("after the body %s the body {\"title\":\"Bread\"} was stored as %q;\n"+
					"a note has what is in its own body, and nothing else (Keep 7)", before, s.notes)
			}
		}
	}
}

// Keep 4: the limit itself is not over the limit.
func TestABodyOf16KiBIsTaken(t *testing.T) {
	small := decode.Note{Title: "Milk", Content: strings.Repeat("a", 100-noteSize)}
	eachTaken(t, announced[:1], []sample{
		{name: "content", text: noteOf(limit), want: decode.Note{Title: "Milk", Content: strings.Repeat("a", limit-noteSize)}},
		{name: "white space behind", text: noteOf(100) + spaces(limit-100), want: small},
		{name: "white space before", text: spaces(limit-100) + noteOf(100), want: small},
	})
}

// Keep 4: a note is stored as it was sent.
func TestANoteIsStoredAsItWasSent(t *testing.T) {
	eachTaken(t, announced, []sample{
		{name: "a title", text: milk, want: decode.Note{Title: "Milk"}},
		{name: "spaces", text: `{"title":" Milk ","content":" 2 l\n"}`, want: decode.Note{Title: " Milk ", Content: " 2 l\n"}},
		{name: "JSON in the content", text: `{"title":"}{]","content":"{\"id\":7} {\"title\":\"a\"}"}`, want: decode.Note{Title: "}{]", Content: `{"id":7} {"title":"a"}`}},
		{name: "escapes", text: `{"t\u0069tle":"M\u0069lk\n","content":"\u00e9"}`, want: decode.Note{Title: "Milk\n", Content: "é"}},
	})
}

// Keep 4: white space around the note is no part of it.
func TestWhiteSpaceAroundANoteIsFine(t *testing.T) {
	eachTaken(t, announced, []sample{
		{name: "around", text: "\r\n { \"title\" :\t\"Milk\" } \n\n", want: decode.Note{Title: "Milk"}},
		{name: "far behind", text: milk + spaces(9000), want: decode.Note{Title: "Milk"}},
	})
}

// Keep 4: a client need not say how long its body is.
func TestABodyWithoutAContentLengthIsTaken(t *testing.T) {
	eachTaken(t, chunked, []sample{
		{name: "a title", text: milk, want: decode.Note{Title: "Milk"}},
		{name: "16 KiB", text: noteOf(limit), want: decode.Note{Title: "Milk", Content: strings.Repeat("a", limit-noteSize)}},
	})
}

// Keep 5: a body is one JSON object with a title.
func TestABodyThatIsNoNoteIsRefused(t *testing.T) {
	eachRefused(t, announced, []sample{
		{name: "an empty body"},
		{name: "text", text: "milk"},
		{name: "half a note", text: `{"title":"Mi`},
		{name: "null", text: "null"},
		{name: "an empty object", text: "{}"},
		{name: "no title", text: `{"content":"2 l"}`},
		{name: "an empty title", text: `{"title":"","content":"2 l"}`},
		{name: "a number as title", text: `{"title":7}`},
		{name: "an array of one note", text: "[" + milk + "]"},
	}, `what is not one note is answered 400 "validation_error" (Keep 5)`, invalid)
}

// Keep 6, and the fine print: a failure of the store is internal, whatever it wraps.
func TestAFailureOfTheStoreIsInternal(t *testing.T) {
	for _, err := range []error{errors.New("disk full"), fmt.Errorf("read the index: %w", io.ErrUnexpectedEOF)} {
		each(t, announced[:1], []sample{{name: err.Error(), text: milk}}, func(t *testing.T, _ sample, b *upload) {
			const contract = `a failure of the store is answered 500 "internal" (Keep 6)`
			if got := post(t, decode.NewHandler(&store{err: err}), b).failure(t, contract); got != internal {
				t.Fatalf("the store failed with %q, and the answer was %v;\n%s", err, got, contract)
			}
		})
	}
}
