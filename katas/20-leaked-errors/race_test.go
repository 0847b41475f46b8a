package leakederrors_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	leakederrors "example.com/leakproof/katas/20-leaked-errors"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is a store without notes. It lets others go on, and remembers
// nothing: a lock around that would order the requests.
type shelf struct{ meet *kit.Barrier }

func (s shelf) Create(_ context.Context, n leakederrors.Note) (leakederrors.Note, error) {
	s.meet.Pair()
	return n, nil
}

func (s shelf) Get(context.Context, string) (leakederrors.Note, error) {
	s.meet.Pair()
	return leakederrors.Note{}, leakederrors.ErrNotFound
}

func (s shelf) Delete(context.Context, string) error {
	s.meet.Pair()
	return leakederrors.ErrConflict
}

// Fine print: requests at the same time share nothing that could race. Where
// requests take turns, whatever is locked on the way orders them and hides it.
func TestRequestsMeetOnSeveralProcessors(t *testing.T) {
	requests := []*http.Request{
		httptest.NewRequest(http.MethodPost, "/notes", nil),
		httptest.NewRequest(http.MethodGet, "/notes/1", nil),
		httptest.NewRequest(http.MethodDelete, "/notes/1", nil),
	}
	kit.Race(t, "requests were served at the same time", 80, func(meet *kit.Barrier) []func() {
		h := leakederrors.NewHandler(shelf{meet}, slog.New(slog.DiscardHandler))
		return kit.Crowd(meet, 8, 24, func(n int) {
			r := requests[n%len(requests)].Clone(t.Context())
			r.Body = io.NopCloser(strings.NewReader(`{"title":"Milk"}`))
			h.ServeHTTP(httptest.NewRecorder(), r)
		})
	})
}
