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
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	writejson "example.com/leakproof/katas/01-write-json"
)

// A store has these notes, or fails every call with err.
type store struct {
	notes []writejson.Note
	err   error

	mu    sync.Mutex
	calls []string
}

func (s *store) Get(ctx context.Context, id string) (writejson.Note, error) {
	s.record(ctx, "Get "+id)
	for _, n := range s.notes {
		if n.ID == id {
			return n, s.err // with an error, the note means nothing
		}
	}
	return writejson.Note{}, errors.Join(s.err, fmt.Errorf("note %s: %w", id, writejson.ErrNotFound))
}

func (s *store) List(ctx context.Context) ([]writejson.Note, error) {
	s.record(ctx, "List")
	return s.notes, s.err
}

// wantAsked fails t unless the store was asked just for this since it was made
// or last looked at.
func (s *store) wantAsked(t *testing.T, path, want string) {
	t.Helper()
	if !slices.Equal(s.calls, []string{want}) {
		t.Fatalf("GET %s: the store was asked for %q;\nit is asked once for each request, here for %q", path, s.calls, want)
	}
	s.calls = nil
}

func (s *store) record(ctx context.Context, call string) {
	if ctx.Value(mark{}) == nil {
		call += " with a context that is not the request's"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, call)
}

// mark is the key of a value that the context of every request has.
type mark struct{}

func handler(s *store) http.Handler { return writejson.NewHandler(s, slog.New(slog.DiscardHandler)) }

// A client is the ResponseWriter of one request. It keeps what a client reads,
// and the calls that came when the answer had been decided.
type client struct {
	path    string
	onWrite func()       // runs inside the next Write, before it takes the bytes
	room    int          // the bytes that get through before the client leaves
	leave   error        // what Write says when it has left; nil: it stays
	header  http.Header  // as the handler edits it
	status  int          // 0 until it is sent
	sent    http.Header  // as they were when the status was sent
	body    bytes.Buffer // what came through
	late    []string     // WriteHeader after the status; any call after a Write that failed
	left    bool         // a Write has failed
	panics  any          // what the handler panicked with
}

var errRunaway = errors.New("the handler went on calling the ResponseWriter without end")

func (c *client) Header() http.Header { return c.header }

func (c *client) WriteHeader(status int) {
	switch {
	case c.left || c.status != 0:
		c.tooLate(fmt.Sprintf("WriteHeader(%d)", status))
	case status >= 200: // what is below is no answer yet
		c.status, c.sent = status, c.header.Clone()
	}
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
	if c.late = append(c.late, call); len(c.late) == 10 {
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
	c.header = http.Header{}
	defer func() { c.panics = recover() }()
	r := httptest.NewRequest(http.MethodGet, c.path, nil)
	h.ServeHTTP(c, r.WithContext(context.WithValue(r.Context(), mark{}, true)))
	if c.status == 0 && !c.left {
		c.WriteHeader(http.StatusOK) // as net/http does
	}
}

// read returns the answer, and fails t if it is not one answer.
func (c *client) read(t *testing.T, what string) (status int, value any) {
	t.Helper()
	media, _, _ := mime.ParseMediaType(c.sent.Get("Content-Type"))
	dec := json.NewDecoder(strings.NewReader(c.body.String()))
	dec.UseNumber()
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
		t.Fatalf("%s: GET %s was answered %d %s;\n%s;\none request has one answer: one status, application/json, one JSON value",
			what, c.path, c.status, excerpt(c.body.String()), wrong)
	}
	return c.status, value
}

// want fails t unless the answer has this status and, for a 200, this JSON
// value, otherwise a failure with this code.
func (c *client) want(t *testing.T, what string, status int, want string) {
	t.Helper()
	got, value := c.read(t, what)
	if status == http.StatusOK {
		if got != status || canonical(value) != canonical(json.RawMessage(want)) {
			t.Fatalf("%s: GET %s was answered %d %s;\nthe answer is 200 and %s", what, c.path, got, excerpt(c.body.String()), excerpt(want))
		}
		return
	}
	object, _ := value.(map[string]any)
	problem, _ := object["error"].(map[string]any)
	message, _ := problem["message"].(string)
	if got != status || problem["code"] != want || message == "" {
		t.Fatalf("%s: GET %s was answered %d %s;\n"+
			"the answer is %d and {\"error\":{\"code\":%q,\"message\":\"...\"}} with a message that is not empty",
			what, c.path, got, excerpt(c.body.String()), status, want)
	}
}

// canonical writes JSON with sorted keys and without space, numbers as they are.
func canonical(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return err.Error()
	}
	text, _ = json.Marshal(value) // it has just been decoded
	return string(text)
}

// excerpt shows a text on one line, without the middle if it is long.
func excerpt(text string) string {
	if len(text) > 160 {
		text = text[:110] + "..." + text[len(text)-40:]
	}
	quoted := strconv.Quote(text)
	return "`" + strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`) + "`"
}

// A marshaler is a plugin's value that makes its JSON when it is encoded.
type marshaler func() ([]byte, error)

func (m marshaler) MarshalJSON() ([]byte, error) { return m() }

// once makes its JSON from a stream, which ends.
func once() marshaler {
	read := false
	return func() ([]byte, error) {
		if read {
			return nil, io.ErrUnexpectedEOF
		}
		read = true
		return []byte(`"read"`), nil
	}
}

// leaving are the errors of a connection whose client has left.
var leaving = []error{syscall.EPIPE, fmt.Errorf("write tcp: %w", syscall.ECONNRESET), errors.New("http2: stream closed")}

// ends waits until done is closed. It returns false if every other goroutine
// waits for another one, so that nothing will happen any more.
func ends(done <-chan struct{}) bool {
	for looks, quiet := 0, 0; quiet < 20; looks++ {
		select {
		case <-done:
			return true
		default:
			runtime.Gosched()
		}
		if looks < 1000 { // most requests end at once
			continue
		}
		if quiet++; !allParked() {
			quiet = 0
		}
	}
	select {
	case <-done: // it ended while we looked
		return true
	default:
		return false
	}
}

// parked is how the stack of a goroutine begins that waits for another one.
// [semacquire] is not part of it: so waits whoever starts a garbage collection
// while the stacks are being read.
var parked = regexp.MustCompile(`^goroutine \d+[^\[]*\[(sync\.|chan |select)`)

func allParked() bool {
	buf := make([]byte, 1<<20)
	all := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
	for _, g := range all[1:] { // the first is the caller
		if !parked.MatchString(g) {
			return false
		}
	}
	return true
}
