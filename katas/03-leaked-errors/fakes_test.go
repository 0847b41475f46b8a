package leakederrors_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	leakederrors "example.com/leakproof/katas/03-leaked-errors"
)

// operations are the routes, each with a request that reaches the store.
var operations = []operation{
	{"POST", "/notes", `{"title":"Groceries","content":"Milk"}`, "Create", http.StatusCreated},
	{"GET", "/notes/7", "", "Get", http.StatusOK},
	{"DELETE", "/notes/7", "", "Delete", http.StatusNoContent},
}

type operation struct {
	method, path, body string
	call               string // the store's method
	success            int    // the status
}

func (o operation) String() string { return o.method + " " + o.path }

func (o operation) request() *http.Request {
	return httptest.NewRequest(o.method, o.path, strings.NewReader(o.body))
}

func post(body string) *http.Request {
	return httptest.NewRequest("POST", "/notes", strings.NewReader(body))
}

func get(id string) *http.Request { return httptest.NewRequest("GET", "/notes/"+id, nil) }

// kinds are the store's errors and what the contract makes of them: only the
// three of this package are known, and they are known by errors.Is.
var kinds = []kind{
	{"an invalid note", leakederrors.ErrInvalid, http.StatusBadRequest, "validation_error", slog.LevelDebug},
	{"no such note", leakederrors.ErrNotFound, http.StatusNotFound, "not_found", slog.LevelDebug},
	{"a note that exists", leakederrors.ErrConflict, http.StatusConflict, "conflict", slog.LevelDebug},
	{"a broken store", errors.New("connection reset"), http.StatusInternalServerError, "internal", slog.LevelError},
	{"an error with the text of another kind", errors.New("note not found"), http.StatusInternalServerError, "internal", slog.LevelError},
	{"a network error", &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}, http.StatusInternalServerError, "internal", slog.LevelError},
	{"no rows", sql.ErrNoRows, http.StatusInternalServerError, "internal", slog.LevelError},
	{"no such file", fs.ErrNotExist, http.StatusInternalServerError, "internal", slog.LevelError},
}

type kind struct {
	name   string
	is     error
	status int
	code   string
	level  slog.Level // the least level of its record
}

// eachFailure runs f as one test for each route and kind of failure.
func eachFailure(t *testing.T, f func(t *testing.T, op operation, k kind)) {
	for _, op := range operations {
		for _, k := range kinds {
			t.Run(op.method+" "+k.name, func(t *testing.T) { f(t, op, k) })
		}
	}
}

// shapes are the ways in which a store puts detail around an error's kind.
var shapes = []struct {
	name string
	of   func(kind error, a, b detail) error
}{
	{"detail first", func(kind error, a, _ detail) error { return fmt.Errorf("%s: %w", a, kind) }},
	{"detail last", func(kind error, a, _ detail) error { return fmt.Errorf("%w: %s", kind, a) }},
	{"detail on both sides", func(kind error, a, b detail) error {
		return fmt.Errorf("%s: %w", a, fmt.Errorf("%w (%s)", kind, b))
	}},
	{"joined", func(kind error, a, b detail) error {
		return errors.Join(errors.New(a.String()), kind, errors.New(b.String()))
	}},
	{"a long text", func(kind error, a, b detail) error {
		return fmt.Errorf("%s: %s: %w: %s", a, strings.Repeat("retried; ", 1000), kind, b)
	}},
	{"a type with fields", func(kind error, a, b detail) error {
		return &statementError{Statement: a.String(), Host: b.String(), Err: kind}
	}},
}

// A statementError says less in its text than its fields hold, as the errors
// of database drivers do.
type statementError struct {
	Statement, Host string
	Err             error
}

func (e *statementError) Error() string { return e.Statement + ": " + e.Err.Error() }
func (e *statementError) Unwrap() error { return e.Err }

// panicValues are what a broken store panics with, each with the detail in it.
var panicValues = []struct {
	name string
	of   func() (any, detail)
}{
	{"a string", func() (any, detail) { d := newDetail(); return d.String(), d }},
	{"an error", func() (any, detail) {
		d := newDetail()
		return fmt.Errorf("%w: %s", leakederrors.ErrNotFound, d), d
	}},
	{"a number", func() (any, detail) {
		var b [8]byte
		_, _ = rand.Read(b[:]) // crypto/rand.Read never fails
		n := int64(binary.BigEndian.Uint64(b[:])>>2 | 1<<60)
		return n, detail{word: strconv.FormatInt(n, 10)}
	}},
	{"a struct", func() (any, detail) {
		d := newDetail()
		return struct{ Statement, Host string }{d.word, d.hex}, d
	}},
	{"a nil pointer that is an error", func() (any, detail) { return (*statementError)(nil), detail{} }},
}

// A detail is a text that occurs nowhere else: letters and hex digits, new in
// every use, so that no list of words and no pattern can know it.
type detail struct{ word, hex string }

func newDetail() detail {
	var b [24]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails
	var word strings.Builder
	for _, x := range b[:8] {
		word.WriteByte("bdfgklmnprstvzhj"[x%16])
		word.WriteByte("aeiou"[x/16%5])
	}
	return detail{word.String(), hex.EncodeToString(b[8:])}
}

func (d detail) String() string   { return d.word + " " + d.hex }
func (d detail) pieces() []string { return []string{d.word, d.hex} }

// refuseLeak fails when 12 characters in a row of a detail are in the answer.
// Fewer could be there by chance; contract 5 sees those.
func refuseLeak(t *testing.T, got reply, what string, details ...detail) {
	t.Helper()
	raw := strings.ToLower(got.raw)
	for _, d := range details {
		for _, p := range d.pieces() {
			for i := 0; i+12 <= len(p); i++ {
				if at := strings.Index(raw, p[i:i+12]); at >= 0 {
					t.Fatalf("%s reached the client;\na response holds no text of an error and none of the request's body: ...%.120q", what, raw[max(0, at-40):])
				}
			}
		}
	}
}

// A scriptedStore answers every call in the same way.
type scriptedStore struct {
	note   leakederrors.Note
	err    error
	panics any
	onGet  func(id string) error
	calls  []string
}

func (s *scriptedStore) Create(_ context.Context, n leakederrors.Note) (leakederrors.Note, error) {
	s.calls = append(s.calls, "Create "+n.Title+": "+n.Content)
	if s.panics != nil {
		panic(s.panics)
	}
	return s.note, s.err
}

func (s *scriptedStore) Get(_ context.Context, id string) (leakederrors.Note, error) {
	s.calls = append(s.calls, "Get "+id)
	if s.panics != nil {
		panic(s.panics)
	}
	if s.onGet != nil {
		return s.note, s.onGet(id)
	}
	return s.note, s.err
}

func (s *scriptedStore) Delete(_ context.Context, id string) error {
	s.calls = append(s.calls, "Delete "+id)
	if s.panics != nil {
		panic(s.panics)
	}
	return s.err
}

// A reply is an answer as the client reads it.
type reply struct {
	status int
	header http.Header
	body   string
	raw    string // status line, headers, body and trailers
}

func send(t *testing.T, h http.Handler, r *http.Request) reply {
	t.Helper()
	w := httptest.NewRecorder()
	func() {
		defer func() {
			if p := recover(); p != nil {
				t.Errorf("%s %s: the panic %.60q left the handler;\nit is answered like every other failure", r.Method, r.URL.Path, fmt.Sprint(p))
			}
		}()
		h.ServeHTTP(w, r)
	}()
	res := w.Result()
	var raw strings.Builder
	fmt.Fprintf(&raw, "HTTP/1.1 %s\n", res.Status)
	_ = res.Header.Write(&raw) // a strings.Builder takes everything
	raw.WriteString("\n" + w.Body.String() + "\n")
	_ = res.Trailer.Write(&raw)
	return reply{res.StatusCode, res.Header, w.Body.String(), raw.String()}
}

// A failure is the part of an answer that the contract pins down.
type failure struct{ code, requestID string }

// failure reads the answer to a request that failed.
func (g reply) failure(t *testing.T) failure {
	t.Helper()
	var body map[string]any
	dec := json.NewDecoder(strings.NewReader(g.body))
	err := dec.Decode(&body)
	inner, _ := body["error"].(map[string]any)
	code, _ := inner["code"].(string)
	message, _ := inner["message"].(string)
	id, _ := body["request_id"].(string)
	media, _, _ := mime.ParseMediaType(g.header.Get("Content-Type"))
	wrong := ""
	switch {
	case media != "application/json":
		wrong = fmt.Sprintf("its Content-Type is %q", g.header.Get("Content-Type"))
	case err != nil:
		wrong = "its body is not a JSON object: " + err.Error()
	case dec.Decode(new(any)) != io.EOF:
		wrong = "something follows the first JSON value of its body"
	case code == "":
		wrong = "error.code is missing, empty or no text"
	case message == "":
		wrong = "error.message is missing, empty or no text"
	case id == "":
		wrong = "request_id is missing, empty or no text"
	}
	if wrong != "" {
		t.Fatalf("a failure was answered %d, and %s (%.80q);\nit is application/json with an \"error\" of \"code\" and \"message\", and a \"request_id\"", g.status, wrong, g.body)
	}
	return failure{code, id}
}

// withoutRequestID is the answer without what may differ from one failure to
// the next of its kind.
func (g reply) withoutRequestID(t *testing.T) string {
	t.Helper()
	id := g.failure(t).requestID
	header := g.header.Clone()
	header.Del("Date")
	header.Del("Content-Length") // request ids may differ in length
	for key, values := range header {
		if values[0] == id {
			header.Del(key)
		}
	}
	return fmt.Sprint(g.status, header, asWord(id).ReplaceAllString(g.body, "ID"))
}

// asWord finds an id that may be as short as "7".
func asWord(id string) *regexp.Regexp { return regexp.MustCompile(`\b` + regexp.QuoteMeta(id) + `\b`) }

// newHandler is the handler under test and everything that it logs.
func newHandler(s leakederrors.Store) (http.Handler, *logbook) {
	book := &logbook{}
	log := slog.New(logHandler{book, func(h slog.Handler) slog.Handler { return h }})
	return leakederrors.NewHandler(s, log), book
}

// A logbook keeps the records of a logger as lines of JSON.
type logbook struct {
	hold  func(line string) // when set, runs before a record is kept
	mu    sync.Mutex
	lines []string
}

// records are the lines that have all of the text.
func (b *logbook) records(text []string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []string
	for _, line := range b.lines {
		if !slices.ContainsFunc(text, func(s string) bool { return !strings.Contains(line, s) }) {
			found = append(found, line)
		}
	}
	return found
}

// lacks says what is missing for one record of at least this level that has
// the request id, all of the text and the stack; "" when there is one.
func (b *logbook) lacks(level slog.Level, id string, text []string, stack string) string {
	lack := "no record of the injected logger has the whole text of the error or the panic's value"
	for _, line := range b.records(text) {
		var head struct{ Level slog.Level }
		if err := json.Unmarshal([]byte(line), &head); err != nil {
			return "a record is not readable: " + err.Error()
		}
		switch {
		case !asWord(id).MatchString(line):
			lack = "the record with its detail does not have the request_id of the answer"
		case head.Level < level:
			lack = fmt.Sprintf("the record with its detail has the level %v, where at least %v is due", head.Level, level)
		case !strings.Contains(line, stack):
			lack = fmt.Sprintf("the record with the panic's value lacks its stack as text: %q is not in it", stack)
		default:
			return ""
		}
	}
	return lack
}

// A logHandler puts records into its logbook. Records share no lock while one
// of them is held.
type logHandler struct {
	book *logbook
	wrap func(slog.Handler) slog.Handler // the logger's attributes and groups
}

func (logHandler) Enabled(context.Context, slog.Level) bool { return true }

func (l logHandler) Handle(ctx context.Context, r slog.Record) error {
	r.Time = time.Time{} // its digits could pass for a request id
	var line bytes.Buffer
	err := l.wrap(slog.NewJSONHandler(&line, nil)).Handle(ctx, r)
	if l.book.hold != nil {
		l.book.hold(line.String())
	}
	l.book.mu.Lock()
	defer l.book.mu.Unlock()
	l.book.lines = append(l.book.lines, line.String())
	return err
}

func (l logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{l.book, func(h slog.Handler) slog.Handler { return l.wrap(h).WithAttrs(attrs) }}
}

func (l logHandler) WithGroup(name string) slog.Handler {
	return logHandler{l.book, func(h slog.Handler) slog.Handler { return l.wrap(h).WithGroup(name) }}
}
