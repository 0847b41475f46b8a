package handlercontext_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	handlercontext "example.com/leakproof/katas/08-handler-context"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is a store that lets others go on, and remembers nothing: a lock
// around that would order the requests.
type shelf struct{ meet *kit.Barrier }

func (s shelf) List(context.Context, string) ([]handlercontext.Note, error) {
	s.meet.Pair()
	return nil, nil
}

func (s shelf) Count(context.Context) (int, error) {
	s.meet.Pair()
	return 1, nil
}

func (s shelf) Create(_ context.Context, n handlercontext.Note) (handlercontext.Note, error) {
	s.meet.Pair()
	return n, nil
}

// Requests at the same time share nothing that could race. Where
// requests take turns, whatever is locked on the way orders them and hides it.
func TestRequestsMeetOnSeveralProcessors(t *testing.T) {
	requests := []*http.Request{
		httptest.NewRequest(http.MethodGet, "/notes?tag=go", nil),
		httptest.NewRequest(http.MethodPost, "/notes", nil),
	}
	kit.Race(t, "requests were served at the same time", 80, func(meet *kit.Barrier) []func() {
		h := handlercontext.NewHandler(handlercontext.NewService(shelf{meet}, 100))
		return kit.Crowd(meet, 8, 24, func(n int) {
			r := requests[n%len(requests)].Clone(t.Context())
			r.Body = io.NopCloser(strings.NewReader(`{"title":"Milk"}`))
			h.ServeHTTP(httptest.NewRecorder(), r)
		})
	})
}
