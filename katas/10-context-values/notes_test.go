package contextvalues_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	contextvalues "example.com/leakproof/katas/10-context-values"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Contract: "Behind Authenticate, DELETE /notes/{id} is answered 204 if the user
// may delete the note, 403 if not, 404 without such a note, 401 if nobody is
// signed in, 500 if the store fails otherwise."
func TestWhoMayDelete(t *testing.T) {
	for _, c := range []struct {
		token, path     string
		getFails, fails error
		want            int
	}{
		{"owner", "/notes/n1", nil, nil, 204},
		{"support", "/notes/n1", nil, nil, 204},
		{"support", "/notes/n0", nil, nil, 204},
		{"reader", "/notes/n1", nil, nil, 403},
		{"reader", "/notes/n0", nil, nil, 403},
		{"reader", "/notes/n5", nil, nil, 404},
		{"owner", "/notes/n1", nil, errDisk, 500},
		{"owner", "/notes/n1", errDisk, nil, 500},
		{"support", "/notes/n1", errDisk, nil, 500},
		{"reader", "/notes/n1", errDisk, nil, 500},
		{"", "/notes/n1", nil, nil, 401},
		{"forged", "/notes/n1", nil, nil, 401},
		{"nameless", "/notes/n1", nil, nil, 401},
		{"nameless", "/notes/n0", nil, nil, 401},
	} {
		s := &store{getFails: c.getFails, fails: c.fails}
		when := ""
		if c.want == 500 {
			when = ", while the disk of the store is full,"
		}
		if got := send(s, c.token, c.path, authenticate(&sessions{})); got != c.want {
			t.Errorf("DELETE %s as %q%s is answered %d; the contract is %d", c.path, c.token, when, got, c.want)
		}
		if deleted := len(s.deleted) > 0; deleted != (c.want == 204) {
			t.Errorf("DELETE %s as %q%s: the note was deleted: %t; the answer is to be %d", c.path, c.token, when, deleted, c.want)
		}
	}
}

// Contract: "401 if nobody is signed in", and nobody else hears of the request.
func TestAuthenticatePassesNobodyElseOn(t *testing.T) {
	for _, token := range []string{"", "forged"} {
		passed := false
		next := func(http.Handler) http.Handler {
			return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { passed = true })
		}
		if send(&store{}, token, "/notes/n1", authenticate(&sessions{}), next); passed {
			t.Errorf("a request of %q was refused, and what stands behind Authenticate was called all the same", token)
		}
	}
}

// Contract: "Service.Delete decides by its arguments by and id and by the note,
// and by nothing that is in the context."
func TestTheServiceDecidesByItsArguments(t *testing.T) {
	contexts := map[string]context.Context{"context.Background()": context.Background()}
	for _, token := range []string{"owner", "reader", "support"} {
		contexts["the context of a request of "+token] = behindAuthenticate(t, token)
	}
	for _, name := range slices.Sorted(maps.Keys(contexts)) {
		ctx := contexts[name]
		for _, c := range []struct {
			by   contextvalues.User
			id   string
			want error
		}{
			{owner, "n1", nil},
			{support, "n1", nil},
			{reader, "n1", contextvalues.ErrForbidden},
			{contextvalues.User{ID: reader.ID, Role: "editor"}, "n1", contextvalues.ErrForbidden},
			{contextvalues.User{ID: reader.ID, Role: "Support"}, "n1", contextvalues.ErrForbidden},
			{contextvalues.User{ID: reader.ID, Role: "support-trainee"}, "n1", contextvalues.ErrForbidden},
			{contextvalues.User{ID: reader.ID, Role: "ex-support"}, "n1", contextvalues.ErrForbidden},
			{contextvalues.User{ID: reader.ID, Role: " support"}, "n1", contextvalues.ErrForbidden},
			{contextvalues.User{ID: "support"}, "n1", contextvalues.ErrForbidden},
			{contextvalues.User{ID: "U2"}, "n1", contextvalues.ErrForbidden},
			{contextvalues.User{ID: "u2 "}, "n1", contextvalues.ErrForbidden},
			{contextvalues.User{ID: "u"}, "n1", contextvalues.ErrForbidden},
			{support, "n0", nil},
			{owner, "n5", contextvalues.ErrNotFound},
		} {
			s := &store{}
			err := contextvalues.NewService(s).Delete(ctx, c.by, c.id)
			if !errors.Is(err, c.want) {
				t.Errorf("with %s, Delete by %+v of %s returned the error %v; the contract is %v", name, c.by, c.id, err, c.want)
			}
			if deleted := len(s.deleted) > 0; deleted != (c.want == nil) {
				t.Errorf("with %s, Delete by %+v of %s: the note was deleted: %t", name, c.by, c.id, deleted)
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

// Contract: "A user without an id is nobody, whatever the role, also for a note
// without an owner, and whether there is such a note or not."
func TestNobodyDeletesNothing(t *testing.T) {
	for _, by := range []contextvalues.User{nobody, {Role: "support"}} {
		for _, id := range []string{"n0", "n1", "n5"} {
			s := &store{}
			err := contextvalues.NewService(s).Delete(behindAuthenticate(t, "support"), by, id)
			if !errors.Is(err, contextvalues.ErrUnauthenticated) || len(s.deleted) > 0 {
				t.Errorf("Delete by %+v of %s returned the error %v and deleted %v; a user without an id is nobody", by, id, err, s.deleted)
			}
		}
	}
}

// Contract: "A request that did not pass Authenticate is answered 401 by the
// handler. It does not panic, and nothing that a client can send stands in for a user."
func TestWithoutAuthenticateNobodyIsSignedIn(t *testing.T) {
	for _, path := range []string{"/notes/n1", "/notes/n0", "/notes/n1?user=u2&role=support"} {
		r := request("owner", path)
		for _, name := range []string{"User", "X-User", "X-User-Id", "Role", "X-Role", "X-User-Role"} {
			r.Header.Set(name, owner.ID)
		}
		s := &store{}
		if got := outcomeOf(func() int { return sendRequest(s, r) }); got != unauthorized {
			t.Errorf("DELETE %s did not pass Authenticate: %v; the contract is 401", path, got)
		}
		if len(s.deleted) > 0 {
			t.Errorf("DELETE %s did not pass Authenticate, and the note is deleted", path)
		}
	}
	// A client can send whatever a request that passed has in its header.
	var passed http.Header
	send(&store{}, "support", "/notes/n5", authenticate(&sessions{}), func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { passed = r.Header.Clone() })
	})
	r := request("", "/notes/n1")
	r.Header = passed
	s := &store{}
	if got := outcomeOf(func() int { return sendRequest(s, r) }); got != unauthorized || len(s.deleted) > 0 {
		t.Errorf("a request with the header of another that had passed Authenticate, and which did not pass: %v, deleted %q;\n"+
			"what a client can send is no proof of who it is; the contract is 401", got, s.deleted)
	}
}

var unauthorized = outcome{status: http.StatusUnauthorized}

// Contract: "What other middlewares put into the context, under whatever key of
// theirs, before Authenticate or behind it, changes no answer."
func TestOtherMiddlewaresChangeNoAnswer(t *testing.T) {
	type user string // the type of another package
	type key int
	const mine key = 0
	keys := []any{"user", "role", "User", "Role", "userID", "user_id", "userKey", "auth", "session", "notes.user", "identity",
		user("user"), mine, 0, 1, int64(0), struct{}{}, [0]int{}, true, 'u', contextvalues.User{}, owner}
	keys = append(keys, exported...)
	values := []any{"u2", "support", owner, support, &support, "", nil, 7}
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
						t.Fatalf("another middleware %s Authenticate puts %#v under the key %#v of type %T, and there is a DELETE as %s:\n%v; the contract is %d",
							s.where, v, k, k, u.token, got, u.want)
					}
				}
			}
			if got := outcomeOf(func() int { return send(&store{}, "owner", "/notes/n1", put) }); got != unauthorized {
				t.Fatalf("another middleware puts %#v under the key %#v of type %T, and nobody has passed Authenticate:\n%v; the contract is 401", v, k, k, got)
			}
		}
	}
}

// Contract: "under whatever key of theirs". A key that anybody could make as
// well is a collision that has not happened yet.
func TestNobodyElseCanMakeTheKey(t *testing.T) {
	asked := &sync.Map{}
	spying := withContext(func(ctx context.Context) context.Context { return spy{ctx, asked} })
	for _, stack := range [][]middleware{{authenticate(&sessions{}), spying}, {spying}} {
		outcomeOf(func() int { return send(&store{}, "support", "/notes/n1", stack...) }) // another test's business
	}
	asked.Range(func(key, _ any) bool {
		if anybodys(key) {
			t.Errorf("the context is asked for the key %#v of type %T, which every other package can make or name as well", key, key)
		}
		return true
	})
}

// Contract: "They may copy the request, replace its context by one derived from
// it, and make a new request for the same note that has nothing of the first but
// its context."
func TestTheRequestMayBeCopied(t *testing.T) {
	clone := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			next.ServeHTTP(w, r.Clone(ctx))
		})
	}
	if got := send(&store{}, "support", "/notes/n1", authenticate(&sessions{}), clone); got != 204 {
		t.Errorf("behind Authenticate the request is copied: DELETE as support is answered %d; the contract is 204", got)
	}
	anew := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.Path, nil))
		})
	}
	for _, u := range users {
		if got := send(&store{}, u.token, "/notes/n1", authenticate(&sessions{}), anew); got != u.want {
			t.Errorf("behind Authenticate a new request is made with the context of the first: DELETE as %s is answered %d; the contract is %d", u.token, got, u.want)
		}
	}
}

// Contract: "If Authenticate stands twice in front of the handler, the user of
// the inner one counts."
func TestTheInnerUserCounts(t *testing.T) {
	become := func(token string) middleware {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				r = r.Clone(r.Context())
				r.Header.Set("Authorization", token)
				next.ServeHTTP(w, r)
			})
		}
	}
	for _, c := range []struct {
		outer, inner string
		want         int
	}{{"support", "reader", 403}, {"reader", "support", 204}, {"support", "owner", 204}, {"owner", "nameless", 401}} {
		got := send(&store{}, c.outer, "/notes/n1", authenticate(&sessions{}), become(c.inner), authenticate(&sessions{}))
		if got != c.want {
			t.Errorf("authenticated as %s and, further in, as %s: answered %d; the inner one counts: %d", c.outer, c.inner, got, c.want)
		}
	}
}

// Contract: "The store and the sessions get the request's context or one
// derived from it: values of others and its end reach them."
func TestTheContextTravels(t *testing.T) {
	type trace struct{}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), trace{}, "4f2a"))
	se, st := &sessions{}, &store{}
	sendRequest(st, request("owner", "/notes/n1").WithContext(ctx), authenticate(se))
	cancel()
	if len(se.ctxs) == 0 || len(st.ctxs) < 2 {
		t.Fatalf("a deletion asked the sessions %d times and the store %d times; it needs them", len(se.ctxs), len(st.ctxs))
	}
	for _, got := range append(se.ctxs, st.ctxs...) {
		if got.Value(trace{}) != "4f2a" {
			t.Error("the context of a call lacks a value of the request's context, such as a trace id")
		}
		if got.Err() == nil {
			t.Error("the request's context has ended, and that of a call goes on")
		}
	}
}

// Contract: "Nothing is deleted unless the answer is 204."
func TestADeletionIsAnswered204(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &store{deleting: cancel}
	got := sendRequest(s, request("owner", "/notes/n1").WithContext(ctx), authenticate(&sessions{}))
	if len(s.deleted) > 0 && got != 204 {
		t.Errorf("the request's context ended while the store was deleting, the store succeeded, and the answer is %d;\n"+
			"nothing is deleted unless the answer is 204", got)
	}
}

// Contract: "A panic of the store is not the handler's to hide: it passes."
func TestAPanicOfTheStorePasses(t *testing.T) {
	s := &store{during: func() { panic("a defect of the store") }}
	if got := outcomeOf(func() int { return send(s, "owner", "/notes/n1", authenticate(&sessions{})) }); got.panicked == nil {
		t.Errorf("the store panicked, and somebody hid it: %v; the panic passes", got)
	}
}

// Contract: "Requests do not mix, and neither do several handlers in one process."
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
							t.Errorf("beside other requests, DELETE as %s is answered %d; the contract is %d", u.token, w.Code, u.want)
						}
					})
				}
			}
		}
		all.Wait()
	})
}
