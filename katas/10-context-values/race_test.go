package contextvalues_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	contextvalues "example.com/leakproof/katas/10-context-values"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is store and sessions. It lets others go on, and remembers nothing: a
// lock around that would order the requests.
type shelf struct{}

func (shelf) User(_ context.Context, token string) (contextvalues.User, bool) {
	return contextvalues.User{ID: token}, token != ""
}

func (shelf) Get(_ context.Context, id string) (contextvalues.Note, error) {
	runtime.Gosched()
	return contextvalues.Note{ID: id, Owner: "ann"}, nil
}

func (shelf) Delete(context.Context, string) error {
	runtime.Gosched()
	return nil
}

// Keep 7: requests at the same time share nothing that could race. Where
// requests take turns, whatever is locked on the way orders them and hides it.
func TestRequestsMeetOnSeveralProcessors(t *testing.T) {
	requests := []*http.Request{
		httptest.NewRequest(http.MethodDelete, "/notes/1", nil),
	}
	kit.Race(t, "requests were served at the same time", 40, func(*kit.Barrier) []func() {
		h := contextvalues.Authenticate(shelf{}, contextvalues.NewHandler(contextvalues.NewService(shelf{})))
		return kit.Crowd(8, 20, func(n int) {
			r := requests[n%len(requests)].Clone(t.Context())
			r.Header.Set("Authorization", []string{"ann", "bob"}[n%2])
			h.ServeHTTP(httptest.NewRecorder(), r)
		})
	})
}
