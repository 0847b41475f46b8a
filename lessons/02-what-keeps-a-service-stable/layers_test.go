package stable

import (
	"context"
	"errors"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// imports are what a file of this folder imports.
func imports(t *testing.T, file string) (paths []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range f.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

func TestOnlyTheHandlerKnowsHTTP(t *testing.T) {
	for _, file := range []string{"service.go", "store.go"} {
		for _, path := range imports(t, file) {
			if path == "net/http" {
				t.Errorf("%s imports %s", file, path)
			}
		}
	}
}

// The path of a package of the standard library has no dot in its first
// element; every other one starts with a domain.
func TestTheServiceNeedsNothingButTheStandardLibrary(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, path := range imports(t, file) {
			if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") {
				t.Errorf("%s imports %s", file, path)
			}
		}
	}
}

func TestTheLanguageHas25Keywords(t *testing.T) {
	n := 0
	for tok := token.Token(0); tok < 256; tok++ {
		if tok.IsKeyword() {
			n++
		}
	}
	if n != 25 {
		t.Errorf("%d keywords, want 25", n)
	}
}

func TestTheMuxRefusesByItself(t *testing.T) {
	answer := httptest.NewRecorder()
	newAPI(NewDatabase(1, 0)).Routes().ServeHTTP(answer, httptest.NewRequest(http.MethodPut, "/notes/7", nil))
	header := answer.Result().Header
	if allow := header.Get("Allow"); answer.Code != http.StatusMethodNotAllowed || allow != "GET, HEAD" {
		t.Errorf("PUT /notes/7: %d, Allow %q, want 405 and GET, HEAD", answer.Code, allow)
	}
	if got := header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("the refusal is %s, want plain text", got)
	}
}

// noStore fails the test when the service asks it for anything.
type noStore struct{ t *testing.T }

func (s noStore) Find(context.Context, string) (Note, error) {
	s.t.Error("the store was asked")
	return Note{}, nil
}

func (s noStore) Add(context.Context, Note) error {
	s.t.Error("the store was asked")
	return nil
}

// A rule is tested as a function call, and it comes before the store.
func TestTheRuleNeedsNoHTTP(t *testing.T) {
	err := NewService(noStore{t}).Create(t.Context(), Note{ID: "7"})
	if !errors.Is(err, ErrInvalid) {
		t.Errorf("Create: %v, want %v", err, ErrInvalid)
	}
}

// read asks an API for a note; it returns the answer and how long it took.
func read(ctx context.Context, s Store) (answer *httptest.ResponseRecorder, took time.Duration) {
	answer = httptest.NewRecorder()
	start := time.Now()
	r := httptest.NewRequest(http.MethodGet, "/notes/7", nil)
	newAPI(s).Routes().ServeHTTP(answer, r.WithContext(ctx))
	return answer, time.Since(start)
}

// Handler and service keep their part of the contract with either store. It
// is the store that decides whether the deadline means anything.
func TestADeadlineNeedsAStoreThatListens(t *testing.T) {
	for name, c := range map[string]struct {
		store  Store
		status int
		body   string
		took   time.Duration
	}{
		"listens": {NewDatabase(1, time.Hour), http.StatusGatewayTimeout, `{"error":{"code":"timeout"}}`, 2 * time.Second},
		"deaf":    {DeafStore{Query: time.Hour}, http.StatusOK, `{"id":"7","title":"a note"}`, time.Hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			answer, took := read(t.Context(), c.store)
			if answer.Code != c.status || answer.Body.String() != c.body || took != c.took {
				t.Errorf("%s: %d %s after %v, want %d %s after %v", name, answer.Code, answer.Body, took, c.status, c.body, c.took)
			}
		})
	}
}

// The end of the request reaches the store through both layers, and the
// error comes back with what the service knows.
func TestTheCallerEndsTheQuery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(300*time.Millisecond, leave)
		if _, took := read(ctx, NewDatabase(1, time.Hour)); took != 300*time.Millisecond {
			t.Errorf("the query ended after %v, want 300ms", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := NewService(NewDatabase(1, time.Hour)).Note(ctx, "7")
		if want := "note 7: context deadline exceeded"; !errors.Is(err, context.DeadlineExceeded) || err.Error() != want {
			t.Errorf("the service: %v, want %s", err, want)
		}
	})
}
