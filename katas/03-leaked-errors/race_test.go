package leakederrors_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	leakederrors "example.com/leakproof/katas/03-leaked-errors"
	"example.com/leakproof/katas/internal/kit"
)

// A shelf is a store without notes. It lets others go on, and remembers
// nothing: a lock around that would order the requests.
type shelf struct{}

func (shelf) Create(_ context.Context, n leakederrors.Note) (leakederrors.Note, error) {
	runtime.Gosched()
	return n, nil
}

func (shelf) Get(context.Context, string) (leakederrors.Note, error) {
	runtime.Gosched()
	return leakederrors.Note{}, leakederrors.ErrNotFound
}

func (shelf) Delete(context.Context, string) error {
	runtime.Gosched()
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
	kit.Race(t, "requests were served at the same time", 40, func(*kit.Barrier) []func() {
		h := leakederrors.NewHandler(shelf{}, slog.New(slog.DiscardHandler))
		return kit.Crowd(8, 20, func(n int) {
			r := requests[n%len(requests)].Clone(t.Context())
			r.Body = io.NopCloser(strings.NewReader(`{"title":"Milk"}`))
			h.ServeHTTP(httptest.NewRecorder(), r)
		})
	})
}
