package contextvalues_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	contextvalues "example.com/leakproof/katas/26-context-values"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Rules: what others put between Authenticate and the handler passes on a copy of
// the request as a rule. Both share only its context.
func TestTheUserSurvivesACopyOfTheRequest(t *testing.T) {
	same := withContext(func(ctx context.Context) context.Context { return ctx })
	if got := outcomeOf(func() int { return send(&store{}, "owner", "/notes/n1", authenticate(&sessions{}), same) }); got != (outcome{status: 204}) {
		t.Errorf("a middleware behind Authenticate passes on a copy of the request with the same context: DELETE as owner: %v, want 204;\n"+
			"the handler knows the user from the context (Rules)", got)
	}
}

// Restore 1: what other middlewares put into the context, before Authenticate or
// behind it, changes no answer.
func TestOtherMiddlewaresChangeNoAnswer(t *testing.T) {
	type user string // the type of another package
	type key int
	const mine key = 0
	keys := []any{"user", "role", "userID", user("user"), mine, 0, 1, struct{}{}, contextvalues.User{}, reflect.TypeFor[contextvalues.User]()}
	values := []any{"u2", "support", owner, support, nil}
	for _, k := range keys {
		for _, v := range values {
			put := withContext(func(ctx context.Context) context.Context { return context.WithValue(ctx, k, v) })
			for _, u := range users {
				for _, s := range []struct {
					where string
					stack []middleware
				}{
					{"before", []middleware{put, authenticate(&sessions{})}},
					{"behind", []middleware{authenticate(&sessions{}), put}},
				} {
					if got := outcomeOf(func() int { return send(&store{}, u.token, "/notes/n1", s.stack...) }); got != (outcome{status: u.want}) {
						t.Fatalf("another middleware %s Authenticate puts %#v under the key %#v of type %T, and there is a DELETE as %s: %v, want %d;\n"+
							"what others put into the context changes no answer (Restore 1)",
							s.where, v, k, k, u.token, got, u.want)
					}
				}
			}
			without := outcomeOf(func() int { return send(&store{}, "owner", "/notes/n1") }) // other tests say which it is
			if got := outcomeOf(func() int { return send(&store{}, "owner", "/notes/n1", put) }); got.String() != without.String() {
				t.Fatalf("another middleware puts %#v under the key %#v of type %T, and nobody has passed Authenticate: %v, and without that middleware %v;\n"+
					"what others put into the context changes no answer (Restore 1)", v, k, k, got, without)
			}
		}
	}
}

// Restore 1: a key that anybody could make as well is a collision that has not
// happened yet.
func TestNobodyElseCanMakeTheKey(t *testing.T) {
	asked := &sync.Map{}
	spying := withContext(func(ctx context.Context) context.Context { return spy{ctx, asked} })
	for _, stack := range [][]middleware{{authenticate(&sessions{}), spying}, {spying}} {
		outcomeOf(func() int { return send(&store{}, "support", "/notes/n1", stack...) }) // another test's business
	}
	asked.Range(func(key, _ any) bool {
		if anybodys(key) {
			t.Errorf("the context is asked for the key %#v of type %T, which other packages can make as well;\nwhat others put into the context changes no answer (Restore 1)", key, key)
		}
		return true
	})
}

// Restore 2: Delete decides by its arguments and the note.
func TestTheServiceDecidesByItsArguments(t *testing.T) {
	contexts := map[string]context.Context{"context.Background()": context.Background()}
	for _, token := range []string{"owner", "reader", "support"} {
		contexts["the context of a request of "+token] = behindAuthenticate(t, token)
	}
	for name, ctx := range kit.Sorted(contexts) {
		for _, c := range []struct {
			by   contextvalues.User
			id   string
			want error
		}{
			{owner, "n1", nil},
			{support, "n1", nil},
			{reader, "n1", contextvalues.ErrForbidden},
			{contextvalues.User{ID: reader.ID, Role: "editor"}, "n1", contextvalues.ErrForbidden},
			{contextvalues.User{ID: "support"}, "n1", contextvalues.ErrForbidden},
			{support, "n0", nil},
			{owner, "n5", contextvalues.ErrNotFound},
		} {
			s := &store{}
			err := contextvalues.NewService(s).Delete(ctx, c.by, c.id)
			if !errors.Is(err, c.want) {
				t.Errorf("with %s, Delete by %+v of %s returned the error %v, want %v (Restore 2)", name, c.by, c.id, err, c.want)
			}
			if deleted := len(s.deleted) > 0; deleted != (c.want == nil) {
				t.Errorf("with %s, Delete by %+v of %s: the note was deleted: %t (Restore 2)", name, c.by, c.id, deleted)
			}
		}
	}
}

// behindAuthenticate is the context of a request that has passed Authenticate.
func behindAuthenticate(t *testing.T, token string) (ctx context.Context) {
	t.Helper()
	send(&store{}, token, "/notes/n5", authenticate(&sessions{}), withContext(func(c context.Context) context.Context {
		ctx = c
		return c
	}))
	if ctx == nil {
		t.Fatalf("Authenticate did not let %s pass", token)
	}
	return ctx
}

// Restore 3: a user without an id is nobody, whatever the role, also for a note
// without an owner.
func TestNobodyDeletesNothing(t *testing.T) {
	for _, by := range []contextvalues.User{nobody, {Role: "support"}} {
		for _, id := range []string{"n0", "n1"} {
			s := &store{}
			err := contextvalues.NewService(s).Delete(context.Background(), by, id)
			if !errors.Is(err, contextvalues.ErrUnauthenticated) || len(s.deleted) > 0 {
				t.Errorf("Delete by %+v of %s returned the error %v and deleted %v;\na user without an id is nobody (Restore 3)", by, id, err, s.deleted)
			}
		}
	}
}

var unauthorized = outcome{status: http.StatusUnauthorized}

// Restore 3: without Authenticate the handler answers 401.
func TestWithoutAuthenticateNobodyIsSignedIn(t *testing.T) {
	for _, path := range []string{"/notes/n1", "/notes/n0"} {
		s := &store{}
		if got := outcomeOf(func() int { return send(s, "owner", path) }); got != unauthorized || len(s.deleted) > 0 {
			t.Errorf("DELETE %s did not pass Authenticate: %v, deleted %q;\n"+
				"who is not signed in is answered 401, whatever the store says (Restore 3)", path, got, s.deleted)
		}
	}
}

// Restore 3: the answer to nobody does not depend on what the store says.
func TestNobodyLearnsWhatThereIs(t *testing.T) {
	for what, s := range kit.Sorted(map[string]*store{"there is no such note": {}, "the disk of the store is full": {getFails: errDisk}}) {
		if got := outcomeOf(func() int { return send(s, "owner", "/notes/n5") }); got != unauthorized && got.panicked == nil {
			t.Errorf("a DELETE did not pass Authenticate, and %s: %v;\n"+
				"who is not signed in is answered 401, whatever the store says (Restore 3)", what, got)
		}
	}
}

// Keep 4: who may delete, and how a deletion is answered.
func TestWhoMayDelete(t *testing.T) {
	for _, c := range []struct {
		token, path     string
		getFails, fails error
		want            int
	}{
		{"owner", "/notes/n1", nil, nil, 204},
		{"support", "/notes/n1", nil, nil, 204},
		{"reader", "/notes/n1", nil, nil, 403},
		{"reader", "/notes/n5", nil, nil, 404},
		{"owner", "/notes/n1", nil, errDisk, 500},
		{"owner", "/notes/n1", errDisk, nil, 500},
		{"", "/notes/n1", nil, nil, 401},
		{"forged", "/notes/n1", nil, nil, 401},
		{"nameless", "/notes/n0", nil, nil, 401},
	} {
		s := &store{getFails: c.getFails, fails: c.fails}
		when, clause := "", " (Keep 4)"
		if c.want == 500 {
			when = ", while the disk of the store is full,"
		}
		if c.token == "nameless" {
			clause = ";\na user without an id is nobody (Restore 3)"
		}
		if got := send(s, c.token, c.path, authenticate(&sessions{})); got != c.want {
			t.Errorf("DELETE %s as %q%s is answered %d, want %d%s", c.path, c.token, when, got, c.want, clause)
		}
		if deleted := len(s.deleted) > 0; deleted != (c.want == 204) {
			t.Errorf("DELETE %s as %q%s: the note was deleted: %t, and the answer is to be %d (Keep 4)", c.path, c.token, when, deleted, c.want)
		}
	}
}

// Keep 5: a client can send whatever a request that passed has in its header.
func TestNothingThatAClientSendsIsAUser(t *testing.T) {
	var passed http.Header
	send(&store{}, "support", "/notes/n5", authenticate(&sessions{}), func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { passed = r.Header.Clone() })
	})
	r := request("", "/notes/n1")
	r.Header = passed
	s := &store{}
	got := outcomeOf(func() int { return sendRequest(s, r) })
	if got != unauthorized && got.status != http.StatusNoContent && len(s.deleted) == 0 {
		t.Errorf("a request has the header of another one that had passed Authenticate, and did not pass: %v;\n"+
			"who is not signed in is answered 401, whatever the store says (Restore 3)", got)
	} else if got != unauthorized || len(s.deleted) > 0 {
		t.Errorf("a request has the header of another one that had passed Authenticate, and did not pass: %v, deleted %q;\n"+
			"what a client sends is no proof of who it is, want 401 (Keep 5)", got, s.deleted)
	}
}

// Keep 6: the store and the sessions get the request's context or one derived
// from it.
func TestTheContextTravels(t *testing.T) {
	type trace struct{}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), trace{}, "4f2a"))
	se, st := &sessions{}, &store{}
	sendRequest(st, request("owner", "/notes/n1").WithContext(ctx), authenticate(se))
	cancel()
	if len(se.ctxs) == 0 || len(st.ctxs) < 2 {
		t.Fatalf("a deletion asked the sessions %d times and the store %d times; it needs them (Keep 4)", len(se.ctxs), len(st.ctxs))
	}
	for _, got := range append(se.ctxs, st.ctxs...) {
		if got.Value(trace{}) != "4f2a" {
			t.Error("the context of a call lacks a value of the request's context, such as a trace id (Keep 6)")
		}
		if got.Err() == nil {
			t.Error("the request's context has ended, and that of a call goes on (Keep 6)")
		}
	}
}

// Keep 7: requests do not mix.
func TestRequestsDoNotMix(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		// Every request has passed Authenticate before the first goes on, and asked
		// for the note before the first hears of it.
		pause := func() { time.Sleep(time.Second) }
		together := withContext(func(ctx context.Context) context.Context { pause(); return ctx })
		var all sync.WaitGroup
		for range 2 {
			h := contextvalues.NewHandler(contextvalues.NewService(&store{during: pause}))
			h = contextvalues.Authenticate(&sessions{}, together(h))
			for range 2 {
				for _, u := range users {
					all.Go(func() {
						w := httptest.NewRecorder()
						h.ServeHTTP(w, request(u.token, "/notes/n1"))
						if w.Code != u.want {
							t.Errorf("beside other requests, DELETE as %s is answered %d, want %d (Keep 7)", u.token, w.Code, u.want)
						}
					})
				}
			}
		}
		all.Wait()
	})
}

// Fine print: a panic of the store passes.
func TestAPanicOfTheStorePasses(t *testing.T) {
	s := &store{during: func() { panic("a defect of the store") }}
	if got := outcomeOf(func() int { return send(s, "owner", "/notes/n1", authenticate(&sessions{})) }); got.panicked == nil {
		t.Errorf("the store panicked, and somebody hid it: %v;\nthe panic passes (fine print)", got)
	}
}
