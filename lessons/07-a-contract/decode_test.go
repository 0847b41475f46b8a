package contract

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"example.com/leakproof/lessons/internal/pipenet"
)

// E5: Decode takes one value and leaves what follows.
func TestDecodeTakesTheFirstValueOnly(t *testing.T) {
	for _, tt := range []struct {
		body  string
		first bool // accepted by one Decode
		one   bool // accepted by DecodeOne
	}{
		{milk, true, true},
		{milk + " \n", true, true},
		{`{"title":"milk","colour":"red"}`, false, false},
		{milk + `{"title":"eggs"}`, true, false},
		{milk + ` and so on`, true, false},
		{milk + `}`, true, false},
		{`null`, true, true},
		{`{"TITLE":"milk"}`, true, true},
		{`{"title":"eggs","title":"milk"}`, true, true},
	} {
		n, err := DecodeFirst(strings.NewReader(tt.body))
		if (err == nil) != tt.first {
			t.Errorf("DecodeFirst(%s): %v", tt.body, err)
		}
		if want := map[bool]string{true: "", false: "milk"}[tt.body == "null"]; err == nil && n.Title != want {
			t.Errorf("DecodeFirst(%s): title %q", tt.body, n.Title)
		}
		if _, err := DecodeOne(strings.NewReader(tt.body)); (err == nil) != tt.one {
			t.Errorf("DecodeOne(%s): %v", tt.body, err)
		}
	}
}

// decodeMore also asks More whether anything is left.
func decodeMore(body io.Reader) (n NewNote, err error) {
	dec := json.NewDecoder(body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&n); err != nil {
		return n, err
	}
	if dec.More() {
		return n, errMore
	}
	return n, nil
}

// E15: More sees a second value and no closing bracket.
func TestMoreIsFalseOnAClosingBracket(t *testing.T) {
	for _, tt := range []struct {
		rest string
		more bool // decodeMore accepts it
	}{
		{``, true},
		{`}`, true},
		{`]`, true},
		{`}{"title":"eggs"}`, true},
		{` ]]] anything at all`, true},
		{`{"title":"eggs"}`, false},
		{`x`, false},
		{`,`, false},
	} {
		if _, err := decodeMore(strings.NewReader(milk + tt.rest)); (err == nil) != tt.more {
			t.Errorf("decodeMore(%s%s): %v", milk, tt.rest, err)
		}
		if _, err := DecodeOne(strings.NewReader(milk + tt.rest)); (err == nil) != (tt.rest == "") {
			t.Errorf("DecodeOne(%s%s): %v", milk, tt.rest, err)
		}
	}

	cut := errors.New("the reader gives up")
	broken := func() io.Reader { return io.MultiReader(strings.NewReader(milk), iotest.ErrReader(cut)) }
	if _, err := decodeMore(broken()); err != nil {
		t.Errorf("decodeMore: %v", err)
	}
	if _, err := DecodeOne(broken()); !errors.Is(err, cut) {
		t.Errorf("DecodeOne: %v", err)
	}
}

// sized is a note in exactly n bytes.
func sized(n int) string {
	const frame = len(`{"title":""}`)
	return `{"title":"` + strings.Repeat("a", n-frame) + `"}`
}

// E6: the size is a problem of its own, whatever the body looks like.
func TestAnOversizedBodyIsA413(t *testing.T) {
	for _, tt := range []struct {
		name        string
		body        string
		naive, ours int
	}{
		{"exactly 1 MiB", sized(maxBody), 201, 201},
		{"one byte more", sized(maxBody + 1), 400, 413},
		{"a small note and 2 MiB of spaces", milk + strings.Repeat(" ", 2<<20), 400, 413},
		{"half a note", milk[:9], 400, 400},
	} {
		for _, length := range []int64{int64(len(tt.body)), -1} { // -1: in chunks
			for _, side := range []struct {
				name    string
				handler http.Handler
				want    int
			}{{"naive", http.HandlerFunc(CreateOr400), tt.naive}, {"ours", ours(), tt.ours}} {
				r := httptest.NewRequest("POST", "/notes", strings.NewReader(tt.body))
				r.ContentLength = length
				w := httptest.NewRecorder()
				side.handler.ServeHTTP(w, r)
				if w.Code != side.want {
					t.Errorf("%s, length %d, %s: %d, want %d", tt.name, length, side.name, w.Code, side.want)
				}
			}
		}
	}
}

func ours() http.Handler {
	h, _ := newHandler(saves)
	return h.Routes()
}

// Once wrapped, the error is found by errors.As and its like only.
func TestOnlyErrorsAsFindsTheSize(t *testing.T) {
	r := httptest.NewRequest("POST", "/notes", strings.NewReader(sized(maxBody+1)))
	_, err := decode(httptest.NewRecorder(), r)
	large, as := errors.AsType[*http.MaxBytesError](err)
	if !as || large.Limit != maxBody {
		t.Errorf("errors.AsType: %v", err)
	}
	if errors.Is(err, &http.MaxBytesError{Limit: maxBody}) {
		t.Error("errors.Is finds it")
	}
	if _, direct := any(err).(*http.MaxBytesError); direct {
		t.Error("a type assertion finds it")
	}
}

// A wrapped writer, as middleware makes it to record the status.
type wrapped struct{ http.ResponseWriter }

func (w wrapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// On the wire: MaxBytesReader ends the connection if it was given the server's
// own ResponseWriter. Otherwise the server reads a rest of up to 256 KiB and
// waits for the next request.
func TestA413EndsTheConnection(t *testing.T) {
	const little, much = 64 << 10, 512 << 10
	limited := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n, err := io.Copy(io.Discard, io.LimitReader(r.Body, maxBody)); n != maxBody || err != nil {
			t.Errorf("io.LimitReader: %d, %v", n, err) // cut, without an error
		}
		w.WriteHeader(413)
	})
	behind := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ours().ServeHTTP(wrapped{w}, r)
	})
	for _, tt := range []struct {
		name    string
		handler http.Handler
		left    int // bytes of the body beyond the cap
		closes  bool
	}{
		{"the server's own writer", ours(), little, true},
		{"a wrapped writer", behind, little, false},
		{"a wrapped writer, and a long rest", behind, much, true},
		{"a wrapped writer, capped outside", http.MaxBytesHandler(behind, maxBody), little, true},
		{"io.LimitReader", limited, little, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := dialRaw(t, pipenet.Serve(t, server(tt.handler)))
			sent := make(chan struct{})
			go func() {
				defer close(sent)
				_, _ = io.WriteString(c, postHead(maxBody+tt.left)+sized(maxBody+tt.left)) // may be cut off by the server
			}()
			status, _, _, err := c.answer(t)
			if err != nil || status != 413 {
				t.Errorf("%s: %d %v", tt.name, status, err)
			}
			rest, at := c.untilClosed(t)
			if closes := at < time.Minute; rest != "" || closes != tt.closes { // else IdleTimeout
				t.Errorf("%s: then came %q, and the end after %v", tt.name, rest, at)
			}
			_ = c.Close()
			<-sent
		})
	}
}
