package leakederrors_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	leakederrors "example.com/leakproof/katas/20-leaked-errors"
)

// operations are the routes, each with a request that reaches the store.
var operations = []operation{
	{"POST", "/notes", `{"title":"Groceries","content":"Milk"}`, "Create", http.StatusCreated},
	{"GET", "/notes/groceries", "", "Get", http.StatusOK},
	{"DELETE", "/notes/groceries", "", "Delete", http.StatusNoContent},
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

// badBodies are what the service refuses before it calls the store.
var badBodies = map[string]string{
	"an empty body": "", "text": "milk", "half a note": `{"title":"Gro`,
	"a number as title": `{"title":7}`, "an unknown field": `{"title":"a","colour":"red"}`,
	"no title": `{"content":"Milk"}`,
}

// kinds are the store's errors and what becomes of them: only the three of this
// package are known, and they are known by errors.Is.
var kinds = []kind{
	{"an invalid note", leakederrors.ErrInvalid, http.StatusBadRequest, "validation_error", slog.LevelInfo},
	{"no such note", leakederrors.ErrNotFound, http.StatusNotFound, "not_found", slog.LevelInfo},
	{"a note that exists", leakederrors.ErrConflict, http.StatusConflict, "conflict", slog.LevelInfo},
	{"a broken store", errors.New("connection reset"), http.StatusInternalServerError, "internal", slog.LevelError},
	{"an error with the text of another kind", errors.New("note not found"), http.StatusInternalServerError, "internal", slog.LevelError},
	{"a network error", &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}, http.StatusInternalServerError, "internal", slog.LevelError},
	{"no rows", sql.ErrNoRows, http.StatusInternalServerError, "internal", slog.LevelError},
	{"a query that was cancelled", context.Canceled, http.StatusInternalServerError, "internal", slog.LevelError},
	{"a query that took too long", context.DeadlineExceeded, http.StatusInternalServerError, "internal", slog.LevelError},
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
	{"detail on both sides", func(kind error, a, b detail) error {
		return fmt.Errorf("%s: %w", a, fmt.Errorf("%w (%s)", kind, b))
	}},
	{"joined", func(kind error, a, b detail) error {
		return errors.Join(errors.New(a.String()), kind, errors.New(b.String()))
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
var panicValues = []panicValue{
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
}

type panicValue struct {
	name string
	of   func() (any, detail)
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

func (d detail) String() string { return d.word + " " + d.hex }

// pieces are the texts that have to be together in a record, and that must not
// be in an answer.
func (d detail) pieces() []string {
	if d.hex == "" {
		return []string{d.word}
	}
	return []string{d.word, d.hex}
}

// A scriptedStore answers every call in the same way.
type scriptedStore struct {
	note   leakederrors.Note
	err    error
	panics any
	during func(ctx context.Context, id string) error // when set, runs inside each call and decides its error
	calls  []string
}

func (s *scriptedStore) answer(ctx context.Context, id string) error {
	if s.during != nil {
		return s.during(ctx, id)
	}
	return s.err
}

func (s *scriptedStore) Create(ctx context.Context, n leakederrors.Note) (leakederrors.Note, error) {
	s.calls = append(s.calls, "Create "+n.Title+": "+n.Content)
	if s.panics != nil {
		panic(s.panics)
	}
	return s.note, s.answer(ctx, "")
}

func (s *scriptedStore) Get(ctx context.Context, id string) (leakederrors.Note, error) {
	s.calls = append(s.calls, "Get "+id)
	if s.panics != nil {
		panic(s.panics)
	}
	return s.note, s.answer(ctx, id)
}

func (s *scriptedStore) Delete(ctx context.Context, id string) error {
	s.calls = append(s.calls, "Delete "+id)
	if s.panics != nil {
		panic(s.panics)
	}
	return s.answer(ctx, id)
}

// newHandler is the handler under test and everything that it logs.
func newHandler(s leakederrors.Store) (http.Handler, *logbook) {
	book := &logbook{}
	log := slog.New(logHandler{book, func(h slog.Handler) slog.Handler { return h }})
	return leakederrors.NewHandler(s, log), book
}

// A logbook keeps the records of a logger, which writes JSON.
type logbook struct {
	mu   sync.Mutex
	kept []record
}

// A record is a line of JSON and its level.
type record struct {
	level slog.Level
	line  string
}

func (r record) has(text string) bool { return strings.Contains(r.line, text) }

func (b *logbook) records() []record {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.kept)
}

// lacks says what is missing for one record of at least this level that has
// the request id of the answer and all of the text, which belongs to what;
// "" when there is one.
func (b *logbook) lacks(level slog.Level, id, what string, text ...string) string {
	lack := "no record in the log that NewHandler was given has " + what
	for _, r := range b.records() {
		found := 0
		for _, piece := range text {
			if r.has(piece) {
				found++
			}
		}
		switch {
		case found == 0:
		case found < len(text):
			lack = "the record has only a part of " + what
		case !r.has(id):
			lack = "the record with " + what + " does not have the request_id of the answer"
		case r.level < level:
			lack = fmt.Sprintf("the record with %s has the level %v, which a log may leave out; at least %v is due", what, r.level, level)
		default:
			return ""
		}
	}
	return lack
}

// A logHandler puts records into its logbook.
type logHandler struct {
	book *logbook
	wrap func(slog.Handler) slog.Handler // the logger's attributes and groups
}

func (logHandler) Enabled(context.Context, slog.Level) bool { return true }

func (l logHandler) Handle(ctx context.Context, r slog.Record) error {
	var line bytes.Buffer
	r.Time = time.Time{} // its digits could pass for a request id
	err := l.wrap(slog.NewJSONHandler(&line, nil)).Handle(ctx, r)
	l.book.mu.Lock()
	defer l.book.mu.Unlock()
	l.book.kept = append(l.book.kept, record{r.Level, line.String()})
	return err
}

func (l logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{l.book, func(h slog.Handler) slog.Handler { return l.wrap(h).WithAttrs(attrs) }}
}

func (l logHandler) WithGroup(name string) slog.Handler {
	return logHandler{l.book, func(h slog.Handler) slog.Handler { return l.wrap(h).WithGroup(name) }}
}
