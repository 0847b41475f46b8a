package contextvalues_test

import (
	"context"
	"errors"
	"fmt"
	"go/token"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"

	contextvalues "example.com/leakproof/katas/26-context-values"
)

var (
	owner   = contextvalues.User{ID: "u2"}
	reader  = contextvalues.User{ID: "u7"}
	support = contextvalues.User{ID: "u9", Role: "support"}
	nobody  = contextvalues.User{}

	errDisk = errors.New("disk is full")
)

// users are the tokens of those who are signed in, and how each of them is
// answered who wants to delete the note n1.
var users = []struct {
	token string
	want  int
}{{"owner", 204}, {"reader", 403}, {"support", 204}}

// sessions knows the tokens "owner", "reader", "support" and "nameless".
type sessions struct {
	mu   sync.Mutex
	ctxs []context.Context
}

func (s *sessions) User(ctx context.Context, token string) (contextvalues.User, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ctxs = append(s.ctxs, ctx)
	u, ok := map[string]contextvalues.User{
		"owner": owner, "reader": reader, "support": support, "nameless": {Role: "support"},
	}[token]
	return u, ok
}

// A store has the owner's note n1 and the note n0, which belongs to nobody.
type store struct {
	getFails error  // of Get
	fails    error  // of Delete
	during   func() // happens in Get

	mu      sync.Mutex
	deleted []string
	ctxs    []context.Context
}

func (s *store) Get(ctx context.Context, id string) (contextvalues.Note, error) {
	s.mu.Lock()
	s.ctxs = append(s.ctxs, ctx)
	s.mu.Unlock()
	if s.during != nil {
		s.during()
	}
	switch {
	case s.getFails != nil:
		return contextvalues.Note{}, s.getFails
	case id == "n1":
		return contextvalues.Note{ID: id, Owner: owner.ID}, nil
	case id == "n0":
		return contextvalues.Note{ID: id}, nil
	}
	return contextvalues.Note{}, contextvalues.ErrNotFound
}

func (s *store) Delete(ctx context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ctxs = append(s.ctxs, ctx)
	if s.fails != nil {
		return s.fails
	}
	s.deleted = append(s.deleted, id)
	return nil
}

// A middleware stands in front of a handler.
type middleware func(http.Handler) http.Handler

func authenticate(s *sessions) middleware {
	return func(next http.Handler) http.Handler { return contextvalues.Authenticate(s, next) }
}

// withContext is a middleware that changes the context.
func withContext(change func(context.Context) context.Context) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(change(r.Context())))
		})
	}
}

// send sends a request through the middlewares, the first one first, to a
// handler with that store, and returns the status.
func send(s *store, token, path string, stack ...middleware) int {
	return sendRequest(s, request(token, path), stack...)
}

func request(token, path string) *http.Request {
	r := httptest.NewRequest(http.MethodDelete, path, nil)
	r.Header.Set("Authorization", token)
	return r
}

func sendRequest(s *store, r *http.Request, stack ...middleware) int {
	h := contextvalues.NewHandler(contextvalues.NewService(s))
	for i := len(stack) - 1; i >= 0; i-- {
		h = stack[i](h)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// An outcome is what became of a request.
type outcome struct {
	status   int
	panicked any
}

func (o outcome) String() string {
	if o.panicked != nil {
		return fmt.Sprintf("the handler panicked: %v", o.panicked)
	}
	return fmt.Sprintf("it was answered %d", o.status)
}

// outcomeOf calls f, which returns a status or panics.
func outcomeOf(f func() int) (o outcome) {
	defer func() { o.panicked = recover() }()
	return outcome{status: f()}
}

// A spy is a context that remembers the keys it is asked for.
type spy struct {
	context.Context
	keys *sync.Map
}

func (s spy) Value(key any) any {
	s.keys.Store(key, true)
	return s.Context.Value(key)
}

// anybodys reports whether another package can make an equal key.
func anybodys(key any) bool {
	if _, is := key.(reflect.Type); is {
		return true // one for each type, whoever asks for it
	}
	t, own := reflect.TypeOf(key), reflect.TypeFor[contextvalues.User]().PkgPath()
	if t.Kind() == reflect.Pointer && !reflect.ValueOf(key).IsNil() {
		return t.Elem().Size() == 0 && t.Elem().PkgPath() != own // else it is equal to itself only
	}
	return t.PkgPath() != own || token.IsExported(t.Name())
}
