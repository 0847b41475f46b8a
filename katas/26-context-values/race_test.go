package contextvalues_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	contextvalues "example.com/leakproof/katas/26-context-values"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is store and sessions. It lets others go on, and remembers nothing: a
// lock around that would order the requests.
type shelf struct{ meet *kit.Barrier }

func (shelf) User(_ context.Context, token string) (contextvalues.User, bool) {
	return contextvalues.User{ID: token}, token != ""
}

func (s shelf) Get(_ context.Context, id string) (contextvalues.Note, error) {
	s.meet.Pair()
	return contextvalues.Note{ID: id, Owner: "ann"}, nil
}

func (s shelf) Delete(context.Context, string) error {
	s.meet.Pair()
	return nil
}

// Keep 7: requests at the same time share nothing that could race. Where
// requests take turns, whatever is locked on the way orders them and hides it.
func TestRequestsMeetOnSeveralProcessors(t *testing.T) {
	requests := []*http.Request{
		httptest.NewRequest(http.MethodDelete, "/notes/1", nil),
	}
	kit.Race(t, "requests were served at the same time", 80, func(meet *kit.Barrier) []func() {
		h := contextvalues.Authenticate(shelf{meet}, contextvalues.NewHandler(contextvalues.NewService(shelf{meet})))
		return kit.Crowd(meet, 8, 24, func(n int) {
			r := requests[n%len(requests)].Clone(t.Context())
			r.Header.Set("Authorization", []string{"ann", "bob"}[n%2])
			h.ServeHTTP(httptest.NewRecorder(), r)
		})
	})
}
