package writejson_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"

	writejson "example.com/leakproof/katas/06-write-json"
)

// A store has these notes, or fails every call with err.
type store struct {
	notes  []writejson.Note
	err    error
	inside func(ctx context.Context) // runs inside every call
}

func (s *store) Get(ctx context.Context, id string) (writejson.Note, error) {
	if s.inside != nil {
		s.inside(ctx)
	}
	for _, n := range s.notes {
		if n.ID == id {
			return n, s.err // with an error, the note means nothing
		}
	}
	if s.err != nil {
		return writejson.Note{}, s.err
	}
	return writejson.Note{}, fmt.Errorf("note %s: %w", id, writejson.ErrNotFound)
}

func (s *store) List(ctx context.Context) ([]writejson.Note, error) {
	if s.inside != nil {
		s.inside(ctx)
	}
	return s.notes, s.err
}

// mark is the key of a value that the context of every request has.
type mark struct{}

func handler(s *store) http.Handler { return writejson.NewHandler(s, slog.New(slog.DiscardHandler)) }

// A client is the ResponseWriter of one request. It keeps what a client reads,
// and the calls that came when the answer had been decided.
type client struct {
	path    string
	end     func()       // ends the context of the request
	onWrite func()       // runs inside the next Write, before it takes the bytes
	room    int          // the bytes that get through before the client leaves
	leave   error        // what Write says when it has left; nil: it stays
	header  http.Header  // as the handler edits it
	status  int          // 0 until it is sent
	sent    http.Header  // as they were when the status was sent
	body    bytes.Buffer // what came through
	late    []string     // calls of WriteHeader after the status
	after   []string     // calls after a Write that failed
	left    bool         // a Write has failed
	panics  any          // what the handler panicked with
}

// errLeft is what Write says when the client has left.
var errLeft = fmt.Errorf("write tcp: %w", syscall.ECONNRESET)

var errRunaway = errors.New("the handler went on calling the ResponseWriter without end")

func (c *client) Header() http.Header { return c.header }

func (c *client) WriteHeader(status int) {
	if c.left || c.status != 0 {
		c.tooLate(fmt.Sprintf("WriteHeader(%d)", status))
		return
	}
	c.status, c.sent = status, c.header.Clone()
}

func (c *client) Write(p []byte) (int, error) {
	if c.left {
		c.tooLate(fmt.Sprintf("Write of %d bytes", len(p)))
		return 0, c.leave
	}
	if c.status == 0 {
		c.WriteHeader(http.StatusOK) // as net/http does
	}
	if f := c.onWrite; f != nil {
		c.onWrite = nil
		f()
	}
	if c.leave != nil && len(p) > c.room-c.body.Len() {
		c.left = true
		n, _ := c.body.Write(p[:c.room-c.body.Len()]) // a bytes.Buffer takes everything
		return n, c.leave
	}
	return c.body.Write(p)
}

func (c *client) tooLate(call string) {
	if c.left {
		c.after = append(c.after, call)
	} else {
		c.late = append(c.late, call)
	}
	if len(c.late)+len(c.after) == 10 {
		panic(errRunaway)
	}
}

// ask sends GET path to h.
func ask(h http.Handler, path string) *client {
	c := &client{path: path}
	c.ask(h)
	return c
}

func (c *client) ask(h http.Handler) {
	ctx, end := context.WithCancel(context.WithValue(context.Background(), mark{}, true))
	defer end()
	c.header, c.end = http.Header{}, end
	defer func() { c.panics = recover() }()
	h.ServeHTTP(c, httptest.NewRequestWithContext(ctx, http.MethodGet, c.path, nil))
	if c.status == 0 && !c.left {
		c.WriteHeader(http.StatusOK) // as net/http does
	}
}

// read returns the answer, and fails t if it is not one answer.
func (c *client) read(t *testing.T, what string) (status int, value any) {
	t.Helper()
	media, _, _ := mime.ParseMediaType(c.sent.Get("Content-Type"))
	dec := json.NewDecoder(strings.NewReader(c.body.String()))
	err := dec.Decode(&value)
	length := c.sent.Get("Content-Length")
	wrong := ""
	switch {
	case c.panics != nil:
		wrong = fmt.Sprintf("the handler panicked with %.80q", fmt.Sprint(c.panics))
	case len(c.late) > 0:
		wrong = fmt.Sprintf("%s was called after the status %d had been sent", c.late[0], c.status)
	case media != "application/json" || len(c.sent.Values("Content-Type")) > 1:
		wrong = fmt.Sprintf("the Content-Type that was sent is %q", c.sent.Values("Content-Type"))
	case err != nil:
		wrong = "the body is not JSON: " + err.Error()
	case dec.Decode(new(any)) != io.EOF:
		wrong = "something follows the first JSON value"
	case length != "" && length != strconv.Itoa(c.body.Len()):
		wrong = fmt.Sprintf("its Content-Length is %s where the body has %d bytes", length, c.body.Len())
	}
	if wrong != "" {
		t.Fatalf("%s: GET %s was answered %d %s;\n%s.\nOne request has one answer: one status, application/json, one JSON value (Restore 1)",
			what, c.path, c.status, excerpt(c.body.String()), wrong)
	}
	return c.status, value
}

// want fails t unless the answer has this status and, for a 200, this JSON
// value, otherwise a failure with this code. The clause says so.
func (c *client) want(t *testing.T, what string, status int, want, clause string) {
	t.Helper()
	got, value := c.read(t, what)
	if status == http.StatusOK {
		if got != status || !reflect.DeepEqual(value, decoded(want)) {
			t.Fatalf("%s: GET %s was answered %d %s;\nthe answer is 200 and %s (%s)", what, c.path, got, excerpt(c.body.String()), excerpt(want), clause)
		}
		return
	}
	object, _ := value.(map[string]any)
	problem, _ := object["error"].(map[string]any)
	message, _ := problem["message"].(string)
	if got != status || problem["code"] != want || message == "" {
		t.Fatalf("%s: GET %s was answered %d %s;\n"+
			"the answer is %d and {\"error\":{\"code\":%q,\"message\":\"...\"}} with a message that is not empty (%s)",
			what, c.path, got, excerpt(c.body.String()), status, want, clause)
	}
}

// excerpt shows a text on one line, without the middle if it is long.
func excerpt(text string) string {
	if len(text) > 160 {
		text = text[:110] + "..." + text[len(text)-40:]
	}
	quoted := strconv.Quote(text)
	return "`" + strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`) + "`"
}

// decoded is the value of a JSON text of the suite.
func decoded(text string) (value any) {
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		panic(err)
	}
	return value
}

// A marshaler is a plugin's value that makes its JSON when it is encoded.
type marshaler func() ([]byte, error)

func (m marshaler) MarshalJSON() ([]byte, error) { return m() }

// wantNothingOf fails t unless a note that has this value cannot be had, alone
// or in a list, and nothing of any note reaches the client.
func wantNothingOf(t *testing.T, what string, value any) {
	t.Helper()
	good := writejson.Note{ID: "1", Title: "Milk", Extra: map[string]any{"words": 2}}
	bad := writejson.Note{ID: "2", Title: "Eggs", Extra: map[string]any{"a": long, "z": value}}
	h := handler(&store{notes: []writejson.Note{good, bad, good}})
	for _, path := range []string{"/notes/2", "/notes"} {
		c := ask(h, path)
		c.want(t, "note 2 has "+what+" in Extra", 500, "internal", "Restore 2")
		if answer := c.body.String(); strings.Contains(answer, good.Title) || strings.Contains(answer, bad.Title) {
			t.Fatalf("note 2 has %s in Extra, and the 500 to GET %s quotes it:\n%s.\n"+
				"Nothing of any note is in such an answer, nor is the text of the encoder's error (Restore 2)", what, path, excerpt(answer))
		}
	}
}
