//go:build ignore

package errortest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
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

// serve returns the response, without its date, and what was logged.
func serve(err error, token string) (response, logged string) {
	var log bytes.Buffer
	h := errortest.NewHandler(store{err: err}, slog.New(slog.NewTextHandler(&log, nil)))
	r := httptest.NewRequest(http.MethodGet, "/notes/1", nil)
	r.Header.Set("Authorization", token)
	res := httptest.NewRecorder()
	h.ServeHTTP(res, r)
	out := fmt.Sprintln(res.Code)
	for _, name := range slices.Sorted(maps.Keys(res.Header())) {
		if name != "Date" {
			out += fmt.Sprintln(name, res.Header()[name])
		}
	}
	return out + res.Body.String(), log.String()
}

// TestDetailsMakeNoDifference: if two failures of a kind get the same response,
// to the byte, none of what the store said is in it.
func TestDetailsMakeNoDifference(t *testing.T) {
	for want, kind := range map[string]error{"404": errortest.ErrNotFound, "504": context.DeadlineExceeded, "500": errors.New("broken")} {
		first, log := serve(fmt.Errorf("alpha: %w", kind), "t0ken")
		second, _ := serve(fmt.Errorf("beta: %w", kind), "t0ken")
		if first != second {
			t.Errorf("two failures, two responses:\n%s\n%s", first, second)
		}
		if !strings.HasPrefix(first, want) {
			t.Errorf("%v got the response %s, want %s", kind, first, want)
		}
		if !strings.Contains(log, "alpha") || strings.Contains(log, "t0ken") {
			t.Errorf("the log of %v is %s", kind, log)
		}
	}
}
