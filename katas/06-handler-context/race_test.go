package handlercontext_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	handlercontext "example.com/leakproof/katas/06-handler-context"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is a store that lets others go on, and remembers nothing: a lock
// around that would order the requests.
type shelf struct{}

func (shelf) List(context.Context, string) ([]handlercontext.Note, error) {
	runtime.Gosched()
	return nil, nil
}

func (shelf) Count(context.Context) (int, error) {
	runtime.Gosched()
	return 1, nil
}

func (shelf) Create(_ context.Context, n handlercontext.Note) (handlercontext.Note, error) {
	runtime.Gosched()
	return n, nil
}

// Requests at the same time share nothing that could race. Where
// requests take turns, whatever is locked on the way orders them and hides it.
func TestRequestsMeetOnSeveralProcessors(t *testing.T) {
	requests := []*http.Request{
		httptest.NewRequest(http.MethodGet, "/notes?tag=go", nil),
		httptest.NewRequest(http.MethodPost, "/notes", nil),
	}
	kit.Race(t, "requests were served at the same time", 40, func(*kit.Barrier) []func() {
		h := handlercontext.NewHandler(handlercontext.NewService(shelf{}, 100))
		return kit.Crowd(8, 20, func(n int) {
			r := requests[n%len(requests)].Clone(t.Context())
			r.Body = io.NopCloser(strings.NewReader(`{"title":"Milk"}`))
			h.ServeHTTP(httptest.NewRecorder(), r)
		})
	})
}
