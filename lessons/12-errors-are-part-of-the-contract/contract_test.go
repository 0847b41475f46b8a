package contract_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	contract "example.com/leakproof/lessons/12-errors-are-part-of-the-contract"
)

// get is a store's Get over a query that finds nothing, or fails with err.
func get(s *contract.Store, cut bool) func(context.Context, string) (contract.Note, error) {
	if cut {
		return s.GetCut
	}
	return s.Get
}

func storeWith(err error) *contract.Store {
	return &contract.Store{Query: func(context.Context, string) (contract.Note, error) {
		return contract.Note{ID: "7", Owner: "ada", Title: "A"}, err
	}}
}

// A text says "not found" about a program, a host, a template: anything, and
// equality ends at the first wrap. The table of the lesson, column by column.
func TestTheTextIsNoKind(t *testing.T) {
	_, wrapped := storeWith(sql.ErrNoRows).Get(t.Context(), "8c1f")
	_, cut := storeWith(sql.ErrNoRows).GetCut(t.Context(), "8c1f")
	for _, c := range []struct {
		err  error
		want [3]int
	}{
		{contract.ErrNotFound, [3]int{404, 404, 404}},
		{wrapped, [3]int{500, 404, 404}},
		{cut, [3]int{500, 404, 500}},
		{errors.New("not found"), [3]int{500, 404, 500}},
		{fmt.Errorf("note 7: export: %w", exec.ErrNotFound), [3]int{500, 404, 500}},
	} {
		got := [3]int{contract.StatusByEquality(c.err), contract.StatusByText(c.err),
			contract.ProblemOf(t.Context(), c.err).Status}
		if got != c.want {
			t.Errorf("%v: %v, want %v", c.err, got, c.want)
		}
	}
}

// Of all files only the handler's (and the wrong one) know HTTP, by its
// package or by a number that is a status of an error.
func TestTheDomainImportsNoHTTP(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 8 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if file == "handler.go" || file == "naive.go" || strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok {
				return true
			}
			status, err := strconv.Atoi(lit.Value)
			if strings.HasPrefix(lit.Value, `"net/http`) || err == nil && status >= 400 && status < 600 {
				t.Errorf("%s knows %s", file, lit.Value)
			}
			return true
		})
	}
}

// One verb apart: the same text, and the kind is gone.
func TestVerbVCutsTheChain(t *testing.T) {
	var texts [2]string
	for i, cut := range []bool{false, true} {
		_, err := get(storeWith(sql.ErrNoRows), cut)(t.Context(), "8c1f")
		texts[i] = err.Error()
		if got := errors.Is(err, contract.ErrNotFound); got == cut {
			t.Errorf("cut %v: errors.Is %v", cut, got)
		}
		_, err = get(storeWith(context.DeadlineExceeded), cut)(t.Context(), "8c1f")
		if got := contract.ProblemOf(t.Context(), err).Status; (got == 504) == cut {
			t.Errorf("cut %v: a deadline is answered with %d", cut, got)
		}
	}
	if want := "note 8c1f: not found"; texts[0] != want || texts[1] != want {
		t.Errorf("%q and %q, want %q twice", texts[0], texts[1], want)
	}
}

// What is not wrapped is not part of the contract: nobody above the store
// can ask for the error of database/sql.
func TestTheDriverStaysBehindTheStore(t *testing.T) {
	_, err := storeWith(sql.ErrNoRows).Get(t.Context(), "7")
	if errors.Is(err, sql.ErrNoRows) || !errors.Is(err, contract.ErrNotFound) {
		t.Errorf("%v: want the domain's error and not that of database/sql", err)
	}
}

// Every kind, under 0, 1 and 3 wraps and inside a Join.
func TestEveryKindSurvivesWrapping(t *testing.T) {
	for kind, want := range map[error]contract.Problem{
		&contract.InvalidError{Field: "title", Reason: "is missing"}: {400, "validation_error", "title is missing"},
		contract.ErrForbidden:    {403, "forbidden", "This note is not yours."},
		contract.ErrNotFound:     {404, "not_found", "There is no such note."},
		contract.ErrConflict:     {409, "conflict", "The note has changed."},
		context.DeadlineExceeded: {504, "timeout", "This took too long."},
		errors.New("disk full"):  {500, "internal", "Something went wrong here."},
	} {
		once := fmt.Errorf("note 7: %w", kind)
		for _, err := range []error{
			kind, once,
			fmt.Errorf("save: %w", fmt.Errorf("try 2: %w", once)),
			errors.Join(errors.New("rollback"), once),
			fmt.Errorf("%w, then %w", errors.New("rollback"), kind),
		} {
			if got := contract.ProblemOf(t.Context(), err); got != want {
				t.Errorf("%v: %+v, want %+v", err, got, want)
			}
		}
	}
}

type tx struct{ insert, rollback, commit error }

func (tx tx) Insert(context.Context, contract.Note) error { return tx.insert }
func (tx tx) Commit() error                               { return tx.commit }
func (tx tx) Rollback() error                             { return tx.rollback }

// A joined error is all of its kinds at once; the order of the questions
// decides. A rollback that is nil leaves no trace.
func TestAJoinedErrorHasTwoKinds(t *testing.T) {
	both := contract.Save(t.Context(), tx{insert: contract.ErrConflict, rollback: context.DeadlineExceeded}, contract.Note{ID: "7"})
	if !errors.Is(both, contract.ErrConflict) || !errors.Is(both, context.DeadlineExceeded) {
		t.Errorf("%v: want both kinds", both)
	}
	if got := contract.ProblemOf(t.Context(), both).Status; got != 409 {
		t.Errorf("%v: %d, want 409", both, got)
	}
	other := errors.Join(context.DeadlineExceeded, contract.ErrConflict)
	if got := contract.ProblemOf(t.Context(), other).Status; got != 409 {
		t.Errorf("joined the other way round: %d, want 409", got)
	}
	if errors.Unwrap(both) != nil {
		t.Error("Unwrap found something in a joined error")
	}
	if got, want := both.Error(), "conflict\ncontext deadline exceeded"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	one := contract.Save(t.Context(), tx{insert: contract.ErrConflict}, contract.Note{ID: "7"})
	if got, want := one.Error(), "conflict"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	err := contract.Save(t.Context(), tx{commit: contract.ErrConflict}, contract.Note{ID: "7"})
	if !errors.Is(err, contract.ErrConflict) {
		t.Errorf("a failed commit: %v", err)
	}
	if err := contract.Save(t.Context(), tx{}, contract.Note{ID: "7"}); err != nil {
		t.Errorf("%v, want nil", err)
	}
}

// Of two refused fields in a Join, AsType finds the first one.
func TestAsTypeFindsTheFirst(t *testing.T) {
	err := errors.Join(&contract.InvalidError{Field: "title", Reason: "is missing"},
		&contract.InvalidError{Field: "owner", Reason: "is missing"})
	if e, ok := errors.AsType[*contract.InvalidError](err); !ok || e.Field != "title" {
		t.Errorf("%v, %v, want title", e, ok)
	}
}

// Canceled is a 499 only when it is the client who has left. Otherwise
// somebody in this process has cancelled, and that is our fault.
func TestCanceledIsTheCallerOnlyIfTheCallerLeft(t *testing.T) {
	gone, leave := context.WithCancel(t.Context())
	leave()
	late, end := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer end()
	for _, c := range []struct {
		name  string
		ctx   context.Context
		err   error
		want  int
		level string
	}{
		{"the client has left", gone, context.Canceled, 499, "INFO"},
		{"we cancelled", t.Context(), context.Canceled, 500, "ERROR"},
		{"we cancelled, and time is up", late, context.Canceled, 500, "ERROR"},
		{"the client has left a broken database", gone, errors.New("disk full"), 500, "ERROR"},
		{"the client has left a missing note", gone, sql.ErrNoRows, 404, "INFO"},
	} {
		rec, records := serve(c.ctx, "ada", c.err)
		if len(records) != 1 || records[0]["status"] != float64(c.want) || records[0]["level"] != c.level {
			t.Errorf("%s: %v, want one record with %d at %s", c.name, records, c.want, c.level)
		}
		if rec.Code != c.want || rec.Body.Len() == 0 {
			t.Errorf("%s: answered %d %q, want %d: no word at all would be a 200", c.name, rec.Code, rec.Body, c.want)
		}
	}
}

// One failure is one record, with everything; the answer has the code, a
// sentence and the id, and nothing that was made from the error.
func TestTheLogGetsAllAndTheClientACode(t *testing.T) {
	const canary = "10.20.4.17"
	rec, records := serve(t.Context(), "ada", errors.New("dial tcp "+canary+":5432: connection refused"))
	if len(records) != 1 {
		t.Fatalf("%d records, want 1", len(records))
	}
	record := records[0]
	if got, want := record["error"], "open for ada: read note 7: dial tcp 10.20.4.17:5432: connection refused"; got != want {
		t.Errorf("logged %q, want %q", got, want)
	}
	var answer struct {
		Error     struct{ Code, Message string }
		RequestID string `json:"request_id"`
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Error.Code != "internal" || rec.Code != 500 || answer.RequestID == "" || answer.RequestID != record["request_id"] {
		t.Errorf("%d %s does not belong to %v", rec.Code, rec.Body, record)
	}
	if strings.Contains(rec.Body.String(), canary) {
		t.Errorf("the answer shows the inside: %s", rec.Body)
	}
	rec, records = serve(t.Context(), "bob", nil)
	if rec.Code != 403 || len(records) != 1 || records[0]["level"] != "INFO" {
		t.Errorf("somebody else's note: %d, %v", rec.Code, records)
	}
	if rec, records = serve(t.Context(), "ada", nil); rec.Code != 200 || len(records) != 0 {
		t.Errorf("one's own note: %d, %v", rec.Code, records)
	}
}

// serve lets user ask for note 7, with a store whose query returns err.
func serve(ctx context.Context, user string, err error) (*httptest.ResponseRecorder, []map[string]any) {
	return serveWith(ctx, user, storeWith(err).Get)
}

// serveWith is serve with any Get of a store.
func serveWith(
	ctx context.Context, user string, get func(context.Context, string) (contract.Note, error),
) (*httptest.ResponseRecorder, []map[string]any) {
	var log bytes.Buffer
	h := &contract.Handler{
		Service: &contract.Service{Get: get},
		Log:     slog.New(slog.NewJSONHandler(&log, nil)),
	}
	rec, req := httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/notes?id=7", nil)
	req.Header.Set("X-User", user)
	h.ServeHTTP(rec, req)
	var records []map[string]any
	for dec := json.NewDecoder(&log); dec.More(); {
		var record map[string]any
		if err := dec.Decode(&record); err != nil {
			panic(err)
		}
		records = append(records, record)
	}
	return rec, records
}

// A nil *InvalidError in an error is not nil: the valid note is refused,
// the type is found, and its fields are not there.
func TestTypedNilRefusesEveryValidNote(t *testing.T) {
	note := contract.Note{ID: "7", Owner: "ada", Title: "A"}
	if err := contract.Validate(note); err != nil {
		t.Errorf("Validate: %v, want nil", err)
	}
	err := contract.ValidateNaive(note)
	if err == nil {
		t.Fatal("ValidateNaive: nil, want the trap")
	}
	if e, ok := errors.AsType[*contract.InvalidError](err); !ok || e != nil {
		t.Errorf("AsType: %v, %v, want a nil pointer that was found", e, ok)
	}
	if _, ok := any(contract.InvalidError{}).(error); ok {
		t.Error("the value is an error as well: it could be returned by mistake")
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("request failed", "error", err)
	if !strings.Contains(log.String(), "error=<nil>") || fmt.Sprint(err) != "<nil>" {
		t.Errorf("logged %q and printed %v, want <nil>", log.String(), err)
	}
	defer func() {
		if recover() == nil {
			t.Error("ProblemOf: no panic")
		}
	}()
	contract.ProblemOf(t.Context(), err)
}

func TestBothRefuseABadNote(t *testing.T) {
	for _, validate := range []func(contract.Note) error{contract.Validate, contract.ValidateNaive} {
		err := fmt.Errorf("create: %w", validate(contract.Note{ID: "7"}))
		if got := contract.ProblemOf(t.Context(), err); got.Status != 400 || got.Message != "title is missing" {
			t.Errorf("%+v, want 400 title is missing", got)
		}
	}
}

// A handler that returns without a word has answered 200 all the same.
func TestNoWordIsA200(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	res, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != 200 || res.ContentLength != 0 {
		t.Errorf("status %d, length %d, %v, want an empty 200", res.StatusCode, res.ContentLength, err)
	}
}
