package decode_test

import (
	"errors"
	"io"
	"net/http"
	"testing"

	decode "example.com/leakproof/katas/07-decode"
)

// Fine print: if only what stands behind the note passes the limit, the body may also be
// 400. It is refused all the same.
func TestABodyThatIsTooLongIsNotCutShort(t *testing.T) {
	wantOneNote(t)
	full := noteOf(100) + spaces(limit-100)
	eachRefused(t, anyhow, []sample{
		{name: "a second note beyond 16 KiB", text: full + `{"title":"Bread"}`},
		{name: "text beyond 16 KiB", text: full + "and bread"},
		{name: "white space behind", text: full + " "},
		{name: "much white space behind", text: noteOf(100) + spaces(limit)},
	}, `a body over 16 KiB is refused, whatever its first 16 KiB are: 413 "too_large", or 400 (fine print)`, tooLarge, invalid)
}

// Keep 5: a body that breaks off is no note, however complete it looks.
func TestABodyThatBreaksOffIsNoNote(t *testing.T) {
	const contract = "a body that breaks off is answered with a failure, but not with 413, and is not stored (Keep 5)"
	reset := errors.New("connection reset")
	wantOneNote(t)
	each(t, anyhow, []sample{
		{name: "behind the note", text: milk, err: io.ErrUnexpectedEOF},
		{name: "far behind the note", text: milk + spaces(9000), err: reset},
		{name: "within the note", text: `{"title":"Milk","cont`, err: io.ErrUnexpectedEOF},
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
