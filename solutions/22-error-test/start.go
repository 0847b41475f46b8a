//go:build ignore

package errortest_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	errortest "example.com/leakproof/katas/22-error-test"
)

// A store answers every request alike.
type store struct {
	note errortest.Note
	err  error
}

func (s store) Note(context.Context, string) (errortest.Note, error) { return s.note, s.err }

func TestErrorsAreHidden(t *testing.T) {
	for err, want := range map[error]int{
		errortest.ErrNotFound:         http.StatusNotFound,
		errors.New("something broke"): http.StatusInternalServerError,
	} {
		h := errortest.NewHandler(store{err: err}, slog.New(slog.DiscardHandler))
		res := httptest.NewRecorder()
		h.ServeHTTP(res, httptest.NewRequest(http.MethodGet, "/notes/7", nil))
		if res.Code != want {
			t.Errorf("%v: status %d, want %d", err, res.Code, want)
		}
		if strings.Contains(res.Body.String(), "postgres") {
			t.Errorf("%v: the body has internals: %s", err, res.Body)
		}
	}
}
