package decode_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	decode "example.com/leakproof/katas/07-decode"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const milk = `{"title":"Milk"}`

// Restore 1: a body over 16 KiB is 413, with a Content-Length or without.
func TestABodyOver16KiBIsTooLarge(t *testing.T) {
	eachRefused(t, []sample{
		{name: "a content, by one byte", text: noteOf(limit + 1)},
		{name: "a long content", text: noteOf(limit + 20000)},
		{name: "white space before", text: spaces(limit) + noteOf(100)},
		{name: "fewer characters than bytes", text: `{"title":"` + strings.Repeat("é", limit/2) + `"}`},
	}, `a body over 16 KiB is answered 413 "too_large", however it arrives (Restore 1)`, tooLarge)
}

// Restore 1: at most 64 KiB of it are read, before the answer or behind it.
func TestALongBodyIsNotReadToItsEnd(t *testing.T) {
	each(t, []sample{
		{name: "a long content", text: noteOf(flood)},
		{name: "white space behind", text: noteOf(100) + spaces(flood-100)},
		{name: "white space before", text: spaces(flood-100) + noteOf(100)},
		{name: "many notes", text: strings.Repeat(noteOf(1024), flood/1024)},
	}, func(t *testing.T, _ sample, b *upload) {
		post(t, decode.NewHandler(&store{}), b)
		if b.read() > most {
			t.Fatalf("of a body of %s the handler read %d bytes;\nat most 64 KiB of a body are read, kept or not (Restore 1)", b, b.read())
		}
	})
}

// Restore 2: a note has no other field, wherever it stands and whatever its name.
func TestAnUnknownFieldIsRefused(t *testing.T) {
	eachRefused(t, []sample{
		{name: "behind the title", text: `{"title":"Milk","text":"2 l"}`},
		{name: "before the title", text: `{"text":"2 l","title":"Milk"}`},
		{name: "between the two", text: `{"title":"Milk","colour":null,"content":"2 l"}`},
		{name: "an id", text: `{"id":"7","title":"Milk"}`},
		{name: "with the name of an error", text: `{"http: request body too large":1,"title":"Milk"}`},
		{name: "far behind", text: strings.TrimSuffix(noteOf(12000), "}") + `,"text":"2 l"}`},
	}, `a note with another field than title and content is answered 400 "validation_error" (Restore 2)`, invalid)
}

// Restore 3: behind the note there is nothing but white space, however far.
func TestNothingStandsBesideTheNote(t *testing.T) {
	eachRefused(t, []sample{
		{name: "a second note", text: milk + `{"title":"Bread"}`},
		{name: "text", text: milk + " and bread"},
		{name: "a closing brace", text: milk + "}"},
		{name: "a closing bracket", text: milk + "]"},
		{name: "a note far behind", text: milk + spaces(9000) + milk},
		{name: "a brace far behind", text: milk + spaces(9000) + "}"},
		{name: "text far behind", text: milk + spaces(12000) + "and bread"},
		{name: "text before it", text: "and " + milk},
	}, `a body that is more than one note is answered 400 "validation_error" (Restore 3)`, invalid)
}

// Keep 4: a note of up to 16 KiB is stored as it was sent, however its body arrives.
func TestANoteIsStoredAsItWasSent(t *testing.T) {
	each(t, []sample{
		{name: "a title", text: milk, want: decode.Note{Title: "Milk"}},
		{name: "title and content", text: `{"title":"Milk","content":"2 l"}`, want: decode.Note{Title: "Milk", Content: "2 l"}},
		{name: "white space around", text: "\r\n { \"title\" :\t\"Milk\" } \n\n", want: decode.Note{Title: "Milk"}},
		{name: "white space far behind", text: milk + spaces(9000), want: decode.Note{Title: "Milk"}},
		{name: "JSON in the content", text: `{"title":"}{]","content":"{\"id\":7} {\"title\":\"a\"}"}`, want: decode.Note{Title: "}{]", Content: `{"id":7} {"title":"a"}`}},
		{name: "escapes", text: `{"t\u0069tle":"M\u0069lk\n","content":"\u00e9"}`, want: decode.Note{Title: "Milk\n", Content: "é"}},
		{name: "16 KiB of content", text: noteOf(limit), want: decode.Note{Title: "Milk", Content: strings.Repeat("a", limit-noteSize)}},
		{name: "16 KiB with white space behind", text: noteOf(100) + spaces(limit-100), want: decode.Note{Title: "Milk", Content: strings.Repeat("a", 100-noteSize)}},
		{name: "16 KiB with white space before", text: spaces(limit-100) + noteOf(100), want: decode.Note{Title: "Milk", Content: strings.Repeat("a", 100-noteSize)}},
	}, func(t *testing.T, tt sample, b *upload) {
		s := &store{}
		post(t, decode.NewHandler(s), b).accepted(t, s, tt.want)
	})
}

// Keep 5: a body is one JSON object with a title.
func TestABodyThatIsNoNoteIsRefused(t *testing.T) {
	eachRefused(t, []sample{
		{name: "an empty body"},
		{name: "text", text: "milk"},
		{name: "half a note", text: `{"title":"Mi`},
		{name: "null", text: "null"},
		{name: "an empty object", text: "{}"},
		{name: "no title", text: `{"content":"2 l"}`},
		{name: "an empty title", text: `{"title":"","content":"2 l"}`},
		{name: "a number as title", text: `{"title":7}`},
		{name: "an object as content", text: `{"title":"Milk","content":{"text":"2 l"}}`},
		{name: "an array of one note", text: "[" + milk + "]"},
	}, `what is not one note is answered 400 "validation_error" (Keep 5)`, invalid)
}

// Keep 6, and the fine print: a failure of the store is internal, whatever it wraps.
func TestAFailureOfTheStoreIsInternal(t *testing.T) {
	for _, err := range []error{errors.New("disk full"), fmt.Errorf("read the index: %w", io.ErrUnexpectedEOF)} {
		each(t, []sample{{name: err.Error(), text: milk}}, func(t *testing.T, _ sample, b *upload) {
			const contract = `a failure of the store is answered 500 "internal" (Keep 6)`
			if got := post(t, decode.NewHandler(&store{err: err}), b).failure(t, contract); got != internal {
				t.Fatalf("the store failed with %q, and the answer was %v;\n%s", err, got, contract)
			}
		})
	}
}

// Keep 7: nothing of one request is in another, whether it came before or
// comes while the other's body is under way.
func TestRequestsDoNotMix(t *testing.T) {
	full, bare := `{"title":"Milk","content":"2 l"}`, `{"title":"Bread"}`
	want := map[string]decode.Note{full: {Title: "Milk", Content: "2 l"}, bare: {Title: "Bread"}}
	kit.Bubble(t, func(t *testing.T) {
		s := &store{}
		h := decode.NewHandler(s)
		check := func(when, text string) {
			t.Helper()
			if got := s.last(); got != want[text] {
				t.Fatalf("%s, the body %s was stored as %q;\na note has what is in its own body, and nothing else (Keep 7)", when, text, got)
			}
		}
		chunks, bytewise := deliveries[1], deliveries[3]
		for range 8 { // what is kept for reuse may be dropped now and then
			post(t, h, chunks.of(full))
			check("among other requests", full)
			post(t, h, chunks.of(bare))
			check("after a note with a content", bare)
			post(t, h, chunks.of(full+"}"))
			post(t, h, chunks.of(bare))
			check("after a body that was refused", bare)
		}
		slow, gate := bytewise.of(full), make(chan struct{})
		goOn := sync.OnceFunc(func() { close(gate) })
		defer goOn()
		slow.wait = func() {
			if slow.read() == len(full)/2 {
				<-gate
			}
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			post(t, h, slow)
		}()
		synctest.Wait()
		post(t, h, chunks.of(bare))
		check("while another body arrives", bare)
		goOn()
		<-done
		check("after a pause in which another request was served", full)
	})
}
