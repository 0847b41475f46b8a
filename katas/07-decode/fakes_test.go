package decode_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	decode "example.com/leakproof/katas/07-decode"
)

const (
	limit = 16 << 10  // bytes of a body that is taken
	most  = 68 << 10  // bytes that may be read of any body: 64 KiB, and the buffer of a reader
	flood = 128 << 10 // the suite's longest body ends here
)

// A delivery is a way in which a body arrives.
type delivery struct {
	how      string
	length   bool // the header has a Content-Length
	step     int  // the most bytes that one Read returns
	together bool // the last bytes and the end come from the same Read
}

var (
	announced = []delivery{
		{how: "with a Content-Length", length: true, step: 4096},
		{how: "with a Content-Length, byte by byte", length: true, step: 1},
	}
	chunked = []delivery{
		{how: "in chunks", step: 4096},
		{how: "in chunks, the end with the last bytes", step: 4096, together: true},
		{how: "in chunks of one byte", step: 1},
	}
	anyhow = slices.Concat(announced[:1], chunked)
)

// of makes the body that arrives in this way.
func (d delivery) of(text string) *upload { return &upload{delivery: d, text: text} }

// An upload is the body of one request.
type upload struct {
	delivery
	text  string
	err   error // at the end, in place of io.EOF
	taken int   // bytes that have been read
}

func (b *upload) Read(p []byte) (int, error) {
	n := copy(p, b.text[b.taken:min(len(b.text), b.taken+b.step)])
	b.taken += n
	if b.taken == len(b.text) && (n == 0 || b.together) {
		return n, cmp.Or(b.err, io.EOF)
	}
	return n, nil
}

func (b *upload) Close() error { return nil }

type contextKey struct{}

// post sends b to h.
func post(t *testing.T, h http.Handler, b *upload) reply {
	t.Helper()
	r := httptest.NewRequest("POST", "/notes", b)
	r.Header.Set("Content-Type", "application/json")
	r.ContentLength = -1
	if b.length {
		r.ContentLength = int64(len(b.text))
		if b.err != nil {
			r.ContentLength += 10 // there was more to come
		}
	}
	r = r.WithContext(context.WithValue(r.Context(), contextKey{}, b))
	w := httptest.NewRecorder()
	func() {
		defer func() {
			if p := recover(); p != nil {
				t.Errorf("a body of %s: the panic %.80q left the handler; every request is answered (Keep 6)", b, fmt.Sprint(p))
			}
		}()
		h.ServeHTTP(w, r)
	}()
	return reply{b, w.Result()}
}

// String shows what was sent, shortened.
func (b *upload) String() string {
	text := b.text
	if len(text) > 60 {
		text = text[:30] + "..." + text[len(text)-20:]
	}
	breaks := ""
	if b.err != nil {
		breaks = fmt.Sprintf(", broken off: %v", b.err)
	}
	return fmt.Sprintf("%d bytes (%#q, %s%s)", len(b.text), text, b.how, breaks)
}

// A reply is the answer to one request.
type reply struct {
	to *upload
	*http.Response
}

// payload is the answer's body, decoded into v; the error says what is wrong
// with it.
func (r reply) payload(v any) error {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != "application/json" {
		return fmt.Errorf("the Content-Type %q", r.Header.Get("Content-Type"))
	}
	if json.Unmarshal(text, v) != nil {
		return fmt.Errorf("the body %.60q, which is not one JSON value", text)
	}
	return nil
}

// A refusal is a status and the code that goes with it.
type refusal struct {
	status int
	code   string
}

func (r refusal) String() string { return fmt.Sprintf("%d %q", r.status, r.code) }

var (
	invalid  = refusal{http.StatusBadRequest, "validation_error"}
	tooLarge = refusal{http.StatusRequestEntityTooLarge, "too_large"}
	internal = refusal{http.StatusInternalServerError, "internal"}
)

// failure reads the answer to a request that failed, and fails t if it has
// not the shape of a failure.
func (r reply) failure(t *testing.T, contract string) refusal {
	t.Helper()
	var answer struct {
		Error struct{ Code, Message string }
	}
	if r.StatusCode < 400 {
		t.Fatalf("a body of %s was answered %d;\n%s", r.to, r.StatusCode, contract)
	}
	if err := r.payload(&answer); err != nil || answer.Error.Code == "" || answer.Error.Message == "" {
		t.Fatalf("a body of %s was answered %d with %v;\na failure is application/json: {\"error\": {\"code\": ..., \"message\": ...}}, both filled in (Keep 6)",
			r.to, r.StatusCode, cmp.Or(err, errors.New("an empty code or message")))
	}
	return refusal{r.StatusCode, answer.Error.Code}
}

// refused fails t unless the answer is one of want and s was not called.
func (r reply) refused(t *testing.T, s *store, contract string, want ...refusal) {
	t.Helper()
	if r.StatusCode == http.StatusCreated {
		t.Fatalf("a body of %s was taken with a 201;\n%s", r.to, contract)
	}
	if got := r.failure(t, contract); !slices.Contains(want, got) {
		t.Fatalf("a body of %s was refused with %v;\n%s", r.to, got, contract)
	}
	s.untouched(t, r.to)
}

// accepted fails t unless the answer is the note that s stored, and that is
// want.
func (r reply) accepted(t *testing.T, s *store, want decode.Note) {
	t.Helper()
	if r.StatusCode != http.StatusCreated {
		text, _ := io.ReadAll(r.Body) // a recorded body does not fail
		t.Fatalf("a body of %s was answered %d: %.100s\na note of at most 16 KiB is stored and answered 201 (Keep 4)", r.to, r.StatusCode, text)
	}
	if len(s.notes) != 1 || s.notes[0] != want {
		t.Fatalf("a body of %s: the store was given %.100q; it is given, once, %.60q (Keep 4)", r.to, s.notes, want)
	}
	if s.ctx.Value(contextKey{}) != r.to {
		t.Fatalf("a body of %s: the context that the store was given does not come from the request (Keep 4)", r.to)
	}
	want.ID = storedID
	var got decode.Note
	if err := r.payload(&got); err != nil || got != want {
		t.Fatalf("a body of %s was answered %.100q (%v); the answer is the note as the store returned it (Keep 4)", r.to, got, err)
	}
}

const storedID = "118"

// A store remembers how it was called.
type store struct {
	err   error // what Create returns
	notes []decode.Note
	ctx   context.Context
}

func (s *store) Create(ctx context.Context, n decode.Note) (decode.Note, error) {
	s.notes, s.ctx = append(s.notes, n), ctx
	n.ID = storedID
	return n, s.err
}

// untouched fails t if s was called.
func (s *store) untouched(t *testing.T, b *upload) {
	t.Helper()
	if len(s.notes) > 0 {
		t.Fatalf("for a body of %s the store was called with %.60q;\nwhat is refused never reaches the store (Keep 5)", b, s.notes[0])
	}
}

// A sample is a body and what is special about it.
type sample struct {
	name, text string
	want       decode.Note // what the store is given, for a body that is taken
	err        error       // what the body ends with, in place of io.EOF
}

// each runs f for each sample as it arrives in each of these ways. Of a sample
// it shows the first failure, and of many samples the first three.
func each(t *testing.T, ways []delivery, samples []sample, f func(t *testing.T, s sample, b *upload)) {
	t.Helper()
	failed := 0
	for _, s := range samples {
		ok := t.Run(s.name, func(t *testing.T) {
			for _, d := range ways {
				if d.step > 1 || len(s.text) < 1024 { // byte by byte, a long body takes long
					b := d.of(s.text)
					b.err = s.err
					f(t, s, b)
				}
			}
		})
		if !ok {
			failed++
		}
		if failed == 3 {
			return
		}
	}
}

// eachRefused requires that each sample is refused as one of want.
func eachRefused(t *testing.T, ways []delivery, samples []sample, contract string, want ...refusal) {
	t.Helper()
	each(t, ways, samples, func(t *testing.T, _ sample, b *upload) {
		s := &store{}
		post(t, decode.NewHandler(s), b).refused(t, s, contract, want...)
	})
}

// eachTaken requires that each sample is stored as its want.
func eachTaken(t *testing.T, ways []delivery, samples []sample) {
	t.Helper()
	each(t, ways, samples, func(t *testing.T, tt sample, b *upload) {
		s := &store{}
		post(t, decode.NewHandler(s), b).accepted(t, s, tt.want)
	})
}

// spaces is n bytes of white space.
func spaces(n int) string { return strings.Repeat(" ", n) }

const noteSize = len(`{"title":"Milk","content":""}`)

// noteOf is a note of n bytes; all but noteSize of them are its content.
func noteOf(n int) string {
	return `{"title":"Milk","content":"` + strings.Repeat("a", n-noteSize) + `"}`
}
