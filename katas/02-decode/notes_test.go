package decode_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	decode "example.com/leakproof/katas/02-decode"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const milk = `{"title":"Milk"}`

// Contract 1: a note is stored as it was sent, however its body arrives, with
// up to 16 KiB.
func TestANoteIsStoredAsItWasSent(t *testing.T) {
	each(t, []sample{
		{name: "a title", text: milk, want: decode.Note{Title: "Milk"}},
		{name: "title and content", text: `{"title":"Milk","content":"2 l"}`, want: decode.Note{Title: "Milk", Content: "2 l"}},
		{name: "an empty content", text: `{"content":"","title":"Milk"}`, want: decode.Note{Title: "Milk"}},
		{name: "white space around", text: "\r\n { \"title\" :\t\"Milk\" } \n\n", want: decode.Note{Title: "Milk"}},
		{name: "white space far behind", text: milk + spaces(9000), want: decode.Note{Title: "Milk"}},
		{name: "JSON in the content", text: `{"title":"}{]","content":"{\"id\":7} {\"title\":\"a\"}"}`, want: decode.Note{Title: "}{]", Content: `{"id":7} {"title":"a"}`}},
		{name: "escapes", text: `{"t\u0069tle":"M\u0069lk\n","content":"\u00e9"}`, want: decode.Note{Title: "Milk\n", Content: "é"}},
		{name: "16 KiB of content", text: noteOf(limit), want: decode.Note{Title: "Milk", Content: strings.Repeat("a", limit-noteSize)}},
		{name: "a long title", text: `{"title":"` + strings.Repeat("a", 16000) + `"}`, want: decode.Note{Title: strings.Repeat("a", 16000)}},
		{name: "16 KiB with white space behind", text: noteOf(100) + spaces(limit-100), want: decode.Note{Title: "Milk", Content: strings.Repeat("a", 100-noteSize)}},
		{name: "16 KiB with white space before", text: spaces(limit-100) + noteOf(100), want: decode.Note{Title: "Milk", Content: strings.Repeat("a", 100-noteSize)}},
	}, func(t *testing.T, tt sample, b *upload) {
		s := &store{}
		post(t, decode.NewHandler(s), b).accepted(t, s, tt.want)
	})
}

// Contract 2: a body over 16 KiB is 413, wherever it gets too long, with a
// Content-Length or without.
func TestABodyOver16KiBIsTooLarge(t *testing.T) {
	eachRefused(t, []sample{
		{name: "a content, by one byte", text: noteOf(limit + 1)},
		{name: "white space behind, by one byte", text: noteOf(limit) + " "},
		{name: "a long content", text: noteOf(limit + 20000)},
		{name: "white space behind", text: noteOf(100) + spaces(limit)},
		{name: "white space before", text: spaces(limit) + noteOf(100)},
		{name: "fewer characters than bytes", text: `{"title":"` + strings.Repeat("é", limit/2) + `"}`},
		{name: "escapes", text: `{"title":"` + strings.Repeat(`\u0061`, limit/6) + `"}`},
	}, `a body over 16 KiB is answered 413 "too_large", wherever it gets too long and however it arrives`, tooLarge)
}

// Contract 2: with another fault in it, such a body may also be 400. It is
// refused all the same.
func TestABodyThatIsTooLongIsNotCutShort(t *testing.T) {
	full := noteOf(100) + spaces(limit-100)
	eachRefused(t, []sample{
		{name: "a second note beyond 16 KiB", text: full + `{"title":"Bread"}`},
		{name: "text beyond 16 KiB", text: full + "and bread"},
		{name: "a brace beyond 16 KiB", text: full + "}"},
	}, `a body over 16 KiB is refused, whatever its first 16 KiB are: 413 "too_large", or 400 for what else is wrong`, tooLarge, invalid)
}

// Contract 3: of no body more than 64 KiB are read, before the answer or
// behind it.
func TestALongBodyIsNotReadToItsEnd(t *testing.T) {
	each(t, []sample{
		{name: "a long content", text: noteOf(flood)},
		{name: "white space behind", text: noteOf(100) + spaces(flood-100)},
		{name: "white space before", text: spaces(flood-100) + noteOf(100)},
		{name: "many notes", text: strings.Repeat(noteOf(1024), flood/1024)},
		{name: "a long name", text: `{"` + strings.Repeat("a", flood-20) + `":1}`},
	}, func(t *testing.T, _ sample, b *upload) {
		post(t, decode.NewHandler(&store{}), b)
		if b.read() > most {
			t.Fatalf("of a body of %s the handler read %d bytes;\nit reads no more than 64 KiB of any body, kept or not", b, b.read())
		}
	})
}

// Contract 4: a body is one JSON object with a title.
func TestABodyThatIsNoNoteIsRefused(t *testing.T) {
	eachRefused(t, []sample{
		{name: "an empty body"},
		{name: "white space", text: " \n"},
		{name: "text", text: "milk"},
		{name: "half a note", text: `{"title":"Mi`},
		{name: "no closing brace", text: `{"title":"Milk"`},
		{name: "single quotes", text: `{'title':'Milk'}`},
		{name: "a comma too many", text: `{"title":"Milk",}`},
		{name: "null", text: "null"},
		{name: "an empty object", text: "{}"},
		{name: "no title", text: `{"content":"2 l"}`},
		{name: "an empty title", text: `{"title":"","content":"2 l"}`},
		{name: "a number as title", text: `{"title":7}`},
		{name: "an object as content", text: `{"title":"Milk","content":{"text":"2 l"}}`},
		{name: "an array of one note", text: "[" + milk + "]"},
		{name: "a string", text: `"{\"title\":\"Milk\"}"`},
	}, `what is not one note is answered 400 "validation_error"`, invalid)
}

// Contract 4: the object has no other field, wherever it stands and whatever
// its name is.
func TestAnUnknownFieldIsRefused(t *testing.T) {
	eachRefused(t, []sample{
		{name: "behind the title", text: `{"title":"Milk","text":"2 l"}`},
		{name: "before the title", text: `{"text":"2 l","title":"Milk"}`},
		{name: "between the two", text: `{"title":"Milk","colour":null,"content":"2 l"}`},
		{name: "with a note in it", text: `{"title":"Milk","next":{"title":"Bread"}}`},
		{name: "an id", text: `{"id":"7","title":"Milk"}`},
		{name: "without a name", text: `{"":"","title":"Milk"}`},
		{name: "with the name of an error", text: `{"http: request body too large":1,"title":"Milk"}`},
		{name: "with the name of another error", text: `{"EOF":1,"title":"Milk"}`},
		{name: "far behind", text: strings.TrimSuffix(noteOf(12000), "}") + `,"text":"2 l"}`},
	}, `a note with another field than title and content is answered 400 "validation_error"`, invalid)
}

// Contract 4: around the note there is nothing but white space, however far
// away it is.
func TestNothingStandsBesideTheNote(t *testing.T) {
	eachRefused(t, []sample{
		{name: "a second note", text: milk + `{"title":"Bread"}`},
		{name: "text", text: milk + " and bread"},
		{name: "a closing brace", text: milk + "}"},
		{name: "a second note on a line of its own", text: milk + "\n" + `{"title":"Bread"}` + "\n"},
		{name: "the same note again", text: milk + milk},
		{name: "an empty object", text: milk + "{}"},
		{name: "null", text: milk + "null"},
		{name: "a number", text: milk + " 0"},
		{name: "a comma", text: milk + ","},
		{name: "a colon", text: milk + ":"},
		{name: "a quote", text: milk + `"`},
		{name: "a closing bracket", text: milk + "]"},
		{name: "a bracket and text", text: milk + " ] and bread"},
		{name: "a zero byte", text: milk + "\x00"},
		{name: "a note far behind", text: milk + spaces(9000) + milk},
		{name: "a brace far behind", text: milk + spaces(9000) + "}"},
		{name: "text far behind", text: milk + spaces(12000) + "and bread"},
		{name: "text before it", text: "and " + milk},
		{name: "a comma before it", text: "," + milk},
	}, `a body that is more than one note is answered 400 "validation_error"`, invalid)
}

// Contract 5: a body that breaks off is no note, however complete it looks,
// and it is not too large.
func TestABodyThatBreaksOffIsNoNote(t *testing.T) {
	const contract = "a body that breaks off is answered with a failure, and not with 413"
	reset := errors.New("connection reset")
	each(t, []sample{
		{name: "behind the note", text: milk, err: io.ErrUnexpectedEOF},
		{name: "behind the note, reset", text: milk, err: reset},
		{name: "behind a line break", text: milk + "\n", err: io.ErrUnexpectedEOF},
		{name: "far behind the note", text: milk + spaces(9000), err: reset},
		{name: "within the note", text: `{"title":"Milk","cont`, err: io.ErrUnexpectedEOF},
		{name: "within the note, reset", text: `{"title":"Milk","cont`, err: reset},
		{name: "before its first byte", err: io.ErrUnexpectedEOF},
	}, func(t *testing.T, _ sample, b *upload) {
		s := &store{}
		got := post(t, decode.NewHandler(s), b).failure(t, contract)
		if got.status == http.StatusRequestEntityTooLarge {
			t.Fatalf("a body of %s was answered %v;\n%s", b, got, contract)
		}
		s.untouched(t, b)
	})
}

// Contract 6: a failure of the store is internal, whatever its error is.
func TestAFailureOfTheStoreIsInternal(t *testing.T) {
	for _, err := range []error{
		errors.New("disk full"), io.EOF, fmt.Errorf("read the index: %w", io.ErrUnexpectedEOF),
		fmt.Errorf("ask the index: %w", &http.MaxBytesError{Limit: limit}),
	} {
		each(t, []sample{{name: err.Error(), text: milk}}, func(t *testing.T, _ sample, b *upload) {
			const contract = `a failure of the store is answered 500 "internal"`
			if got := post(t, decode.NewHandler(&store{err: err}), b).failure(t, contract); got != internal {
				t.Fatalf("the store failed with %q, and the answer was %v;\n%s", err, got, contract)
			}
		})
	}
}

// Contract 7: nothing of one request is in another, whether it came before or
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
				t.Fatalf("%s, the body %s was stored as %q;\na note has what is in its own body, and nothing else", when, text, got)
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
