package errormap_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	errormap "example.com/leakproof/katas/21-error-map"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is a store without notes. It lets others go on, and remembers
// nothing: a lock around that would order the requests.
type shelf struct{ meet *kit.Barrier }

func (s shelf) Get(context.Context, string) (errormap.Note, error) {
	s.meet.Pair()
	return errormap.Note{}, errormap.ErrNotFound
}

func (s shelf) Rename(context.Context, string, string) error {
	s.meet.Pair()
	return &errormap.InvalidError{Field: "title"}
}

// Fine print: requests at the same time share nothing that could race. Where
// requests take turns, whatever is locked on the way orders them and hides it.
func TestRequestsMeetOnSeveralProcessors(t *testing.T) {
	requests := []*http.Request{
		httptest.NewRequest(http.MethodGet, "/notes/1", nil),
		httptest.NewRequest(http.MethodPut, "/notes/1/title", nil),
	}
	kit.Race(t, "requests were served at the same time", 80, func(meet *kit.Barrier) []func() {
		h := errormap.NewHandler(errormap.NewService(shelf{meet}), slog.New(slog.DiscardHandler))
		return kit.Crowd(meet, 8, 24, func(n int) {
			r := requests[n%len(requests)].Clone(t.Context())
			r.Body = io.NopCloser(strings.NewReader(`{"title":"Milk"}`))
			h.ServeHTTP(httptest.NewRecorder(), r)
		})
	})
}
