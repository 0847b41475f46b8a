package conventions

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A fakeStore answers after wait with err, or what it was given.
type fakeStore struct {
	wait  time.Duration
	err   error
	calls int
	saved Note
}

// take is a call that respects its context.
func (s *fakeStore) take(ctx context.Context) error {
	s.calls++
	if s.wait > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(s.wait):
		}
	}
	return ctx.Err()
}

func (s *fakeStore) Load(ctx context.Context, id string) (Note, error) {
	if err := s.take(ctx); err != nil {
		return Note{}, err
	}
	return Note{ID: id, Owner: "ada", Title: "Milk", Score: 0.4}, s.err
}

func (s *fakeStore) Save(ctx context.Context, n Note) (Note, error) {
	if err := s.take(ctx); err != nil {
		return Note{}, err
	}
	n.ID = "7"
	s.saved = n
	return n, s.err
}

var errDown = errors.New("dial tcp 10.20.4.17:5432: connection refused")

// do sends one request of ada's to h and returns the answer.
func do(h http.Handler, method, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", adasToken)
	h.ServeHTTP(w, r)
	return w
}

const adasToken = "Bearer 4711"

func newEdge(s Store) (*Edge, *bytes.Buffer) {
	out := new(bytes.Buffer)
	log := slog.New(IDLog{slog.NewJSONHandler(out, nil)})
	return NewEdge(NewService(s), log, map[string]string{adasToken: "ada"}), out
}

func lines(b *bytes.Buffer) int { return strings.Count(b.String(), "\n") }

func TestEveryLayerLogsTheSameFailure(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	svc := NewService(NoisyStore{&fakeStore{err: errDown}, log})
	mux := http.NewServeMux()
	mux.Handle("GET /notes/{id}", svc.ShowNoisy(log))
	do(mux, "GET", "/notes/7", "")
	if n := lines(&out); n != 3 {
		t.Errorf("%d lines for one failure, want 3:\n%s", n, &out)
	}
	if strings.Contains(out.String(), "request_id") || strings.Contains(out.String(), "route") {
		t.Errorf("a line knows its request:\n%s", &out)
	}
}

// One failure, one line, and it has everything that the others knew.
func TestOneFailureOneLine(t *testing.T) {
	e, out := newEdge(&fakeStore{err: errDown})
	w := do(e.Routes(), "GET", "/notes/7", "")
	if n := lines(out); n != 1 {
		t.Fatalf("%d lines for one failure, want 1:\n%s", n, out)
	}
	var line struct {
		Level, Msg, Route, Code, Error string
		Status                         int
		RequestID                      string `json:"request_id"`
	}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Error     struct{ Code, Message string }
		RequestID string `json:"request_id"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	if line.Level != "ERROR" || line.Route != "GET /notes/{id}" || line.Status != 500 || line.Code != "internal" {
		t.Errorf("line %+v", line)
	}
	if want := "get note 7: " + errDown.Error(); line.Error != want {
		t.Errorf("error %q, want %q: each layer adds what it knows", line.Error, want)
	}
	if line.RequestID == "" || line.RequestID != answer.RequestID || answer.Error.Code != line.Code || answer.Error.Message == "" {
		t.Errorf("log %+v and answer %+v do not fit together", line, answer)
	}
	if strings.Contains(w.Body.String(), "10.20.4.17") {
		t.Errorf("the answer tells the detail: %s", w.Body)
	}
}

// A value of a client must not be able to begin a line of the log.
func TestAClientCannotForgeALine(t *testing.T) {
	title := "x\n2026/11/23 02:14:00 ERROR payments down"
	var free, text, structured bytes.Buffer
	log.New(&free, "", 0).Printf("invalid title %s", title)
	slog.New(slog.NewTextHandler(&text, nil)).Info("invalid", "title", title)
	slog.New(slog.NewJSONHandler(&structured, nil)).Info("invalid", "title", title)
	if n := lines(&free); n != 2 {
		t.Errorf("Printf: %d lines, want 2", n)
	}
	for _, out := range []*bytes.Buffer{&text, &structured} {
		if n := lines(out); n != 1 {
			t.Errorf("slog: %d lines, want 1:\n%s", n, out)
		}
	}
}

const forged = `{"title":"Milk","owner":"eve","SCORE":99}`

func newAPI(s Store, log *slog.Logger) http.Handler {
	return http.HandlerFunc((&API{s, log, func(*http.Request) string { return "ada" }}).importNote)
}

func TestTheClientChoosesTheOwner(t *testing.T) {
	store := new(fakeStore)
	w := do(newAPI(store, slog.New(slog.DiscardHandler)), "POST", "/notes", forged)
	if w.Code != 201 || store.saved.Owner != "eve" || store.saved.Score != 99 {
		t.Errorf("%d, saved %+v, want the client's owner and score", w.Code, store.saved)
	}
	if !strings.Contains(w.Body.String(), `"Score":99`) {
		t.Errorf("the answer does not show the internals: %s", w.Body)
	}
}

// The diff at the beginning of the lesson is code that compiles.
func TestTheDiffIsTheCode(t *testing.T) {
	lesson, err := os.ReadFile("lesson.md")
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile("copied_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, diff, _ := strings.Cut(string(lesson), "```diff\n")
	diff, _, _ = strings.Cut(diff, "```")
	var added strings.Builder
	for line := range strings.Lines(diff) {
		if line, ok := strings.CutPrefix(line, "+"); ok {
			added.WriteString(line)
		}
	}
	if want := strings.ReplaceAll(string(code), "\t", "    "); added.Len() == 0 || !strings.Contains(want, added.String()) {
		t.Errorf("copied_test.go does not have what the diff adds:\n%s", &added)
	}
}

// Besides the owner (TestTheClientChoosesTheOwner): no budget, a code that is
// the error's text, a line without an id, a body of any size.
func TestTheCopyHasEveryHole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(IDLog{slog.NewJSONHandler(&out, nil)})
		start := time.Now()
		w := do(correlate(newAPI(&fakeStore{wait: time.Hour, err: errDown}, log)), "POST", "/notes/import", `{"title":"Milk"}`)
		if took := time.Since(start); took != time.Hour {
			t.Errorf("it took %v, want as long as the store likes", took)
		}
		if got := strings.TrimSpace(w.Body.String()); got != codeOf(errDown) || !strings.Contains(got, "10.20.4.17") {
			t.Errorf("the client reads %s, want the error's text", got)
		}
		if lines(&out) != 1 || strings.Contains(out.String(), "request_id") {
			t.Errorf("want one line without an id:\n%s", &out)
		}
	})
	store := new(fakeStore)
	do(newAPI(store, slog.New(slog.DiscardHandler)), "POST", "/notes/import", `{"title":"`+strings.Repeat("a", 2<<20)+`"}`)
	if len(store.saved.Title) != 2<<20 {
		t.Errorf("saved %d bytes, want all of them", len(store.saved.Title))
	}
}

func TestStructsOfTheWireAreExplicit(t *testing.T) {
	for body, want := range map[string]int{
		forged:             400,
		`{"title":" "}`:    400,
		`{"title":"a"} {}`: 400,
		`{"title":"` + strings.Repeat("a", 201) + `"}`:   400,
		`{"title":"` + strings.Repeat("a", 2<<20) + `"}`: 413,
		`{"title":"Milk"}` + strings.Repeat(" ", 2<<20):  413,
		`{"title":"Milk"}`: 201,
	} {
		store := new(fakeStore)
		e, _ := newEdge(store)
		w := do(e.Routes(), "POST", "/notes", body)
		if w.Code != want {
			t.Errorf("%.40s: %d, want %d", body, w.Code, want)
		}
		if called := store.calls > 0; called != (want == 201) {
			t.Errorf("%.40s: the store was called: %v", body, called)
		}
		if want == 201 && (store.saved.Owner != "ada" || store.saved.Score != 0) {
			t.Errorf("saved %+v", store.saved)
		}
		if got := w.Body.String(); want == 201 && got != `{"id":"7","title":"Milk"}` {
			t.Errorf("answer %s", got)
		}
	}
}

// The contract, written out: a changed code has to be changed here too.
func TestCodesAreTheContract(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		code   string
	}{
		{ErrInvalid, 400, "validation_error"},
		{ErrUnauthenticated, 401, "unauthenticated"},
		{ErrNotFound, 404, "not_found"},
		{&http.MaxBytesError{}, 413, "too_large"},
		{context.DeadlineExceeded, 504, "timeout"},
		{context.Canceled, 499, "canceled"},
		{errDown, 500, "internal"},
	} {
		wrapped := fmt.Errorf("get note 7: %w", tt.err)
		if status, code := problemOf(wrapped); status != tt.status || string(code) != tt.code {
			t.Errorf("%v: %d %s, want %d %s", tt.err, status, code, tt.status, tt.code)
		}
	}
}

func TestACodeFromTextChangesWithTheWrapping(t *testing.T) {
	if a, b := codeOf(ErrNotFound), codeOf(fmt.Errorf("get note 7: %w", ErrNotFound)); a != "note_not_found" || b != "get_note_7:_note_not_found" {
		t.Errorf("%q and %q", a, b)
	}
}

// The first request works. When it is over, so is the context that every
// later one uses.
func TestAHeldContextEndsWithTheFirstRequest(t *testing.T) {
	s := NewHeldStore(new(fakeStore))
	first, end := context.WithCancel(t.Context())
	if _, err := s.For(first).Load("7"); err != nil {
		t.Errorf("first request: %v", err)
	}
	end()
	if _, err := s.For(t.Context()).Load("7"); !errors.Is(err, context.Canceled) {
		t.Errorf("second request: %v, want %v", err, context.Canceled)
	}
}

func TestADroppedContextWorksForNobody(t *testing.T) {
	for name, want := range map[string]time.Duration{"passed": time.Second, "dropped": time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			var s interface {
				Load(context.Context, string) (Note, error)
			} = &fakeStore{wait: time.Minute}
			if name == "dropped" {
				s = NewDeafStore(&fakeStore{wait: time.Minute})
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			_, err := s.Load(ctx, "7")
			if took := time.Since(start); took != want || (err == nil) != (name == "dropped") {
				t.Errorf("%s: %v after %v, want %v", name, err, took, want)
			}
		})
	}
}

// What serve does, it does for every endpoint, the next one included.
func TestEveryEndpointHasABudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, out := newEdge(&fakeStore{wait: time.Hour})
		for route := range e.endpoints() {
			out.Reset()
			method, path, _ := strings.Cut(route, " ")
			start := time.Now()
			w := do(e.Routes(), method, strings.ReplaceAll(path, "{id}", "7"), `{"title":"Milk"}`)
			if took := time.Since(start); w.Code != 504 || took != requestBudget {
				t.Errorf("%s: %d after %v, want 504 after %v", route, w.Code, took, requestBudget)
			}
			if n := lines(out); n != 1 {
				t.Errorf("%s: %d lines, want 1", route, n)
			}
		}
	})
}
