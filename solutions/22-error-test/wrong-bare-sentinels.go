//go:build ignore

package errortest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
	for _, c := range []struct {
		err    error
		status int
	}{
		{errortest.ErrNotFound, http.StatusNotFound},
		{context.DeadlineExceeded, http.StatusGatewayTimeout},
		{errors.New("db7 is down"), http.StatusInternalServerError},
	} {
		var log bytes.Buffer
		h := errortest.NewHandler(store{err: c.err}, slog.New(slog.NewTextHandler(&log, nil)))
		r := httptest.NewRequest(http.MethodGet, "/notes/7", nil)
		r.Header.Set("Authorization", "Bearer t0ken")
		res := httptest.NewRecorder()
		h.ServeHTTP(res, r)
		if res.Code != c.status {
			t.Errorf("status %d, want %d", res.Code, c.status)
		}
		if strings.Contains(res.Body.String(), "db7") {
			t.Errorf("the body has internals: %s", res.Body)
		}
		if strings.Contains(fmt.Sprint(res.Header()), "db7") {
			t.Errorf("a header has internals: %v", res.Header())
		}
		if want := c.err.Error(); !strings.Contains(log.String(), want) || strings.Contains(log.String(), "t0ken") {
			t.Errorf("the log is %s, want %s", &log, want)
		}
	}
}
