//go:build ignore

package errortest_test

import (
	"bytes"
	"context"
	"encoding/json"
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

// What stands in the detail of every failure, and in a header of every request.
// No other text has it in it, so whoever shows it has it from there.
const (
	canary = "canary-5b1d-db7.internal"
	secret = "canary-9f20-token"
)

func TestAFailureIsToldInTheContractsWordsOnly(t *testing.T) {
	messages := map[string]string{} // by code
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{fmt.Errorf("select %s: %w", canary, errortest.ErrNotFound), http.StatusNotFound, "not_found"},
		{fmt.Errorf("shard %s: row 7: %w", canary, errortest.ErrNotFound), http.StatusNotFound, "not_found"},
		{fmt.Errorf("dial %s: %w", canary, context.DeadlineExceeded), http.StatusGatewayTimeout, "timeout"},
		{errors.New("permission denied on " + canary), http.StatusInternalServerError, "internal"},
		{errors.Join(errors.New("close: broken pipe"), errors.New(canary)), http.StatusInternalServerError, "internal"},
	} {
		t.Run(c.err.Error(), func(t *testing.T) {
			var log bytes.Buffer
			h := errortest.NewHandler(store{err: c.err}, slog.New(slog.NewJSONHandler(&log, nil)))
			r := httptest.NewRequest(http.MethodGet, "/notes/7", nil)
			r.Header.Set("Authorization", "Bearer "+secret)
			res := httptest.NewRecorder()
			h.ServeHTTP(res, r)

			var body struct {
				Error struct{ Code, Message string }
			}
			if err := json.Unmarshal(res.Body.Bytes(), &body); err != nil || res.Code != c.status || body.Error.Code != c.code {
				t.Errorf("status %d with %s (%v), want %d with the code %s", res.Code, res.Body, err, c.status, c.code)
			}
			if before, ok := messages[c.code]; ok && before != body.Error.Message {
				t.Errorf("two messages for the code %s: %q and %q", c.code, before, body.Error.Message)
			}
			messages[c.code] = body.Error.Message
			if sent := fmt.Sprint(res.Header(), res.Body); strings.Contains(sent, canary) {
				t.Errorf("the response has what the store said: %s", sent)
			}
			if !strings.Contains(log.String(), canary) {
				t.Errorf("the log lacks what the store said: %s", &log)
			}
			if strings.Contains(log.String(), secret) {
				t.Errorf("the log has the client's secret: %s", &log)
			}
		})
	}
}

func TestANoteIsAnswered(t *testing.T) {
	h := errortest.NewHandler(store{note: errortest.Note{ID: "7", Title: "milk"}}, slog.New(slog.DiscardHandler))
	res := httptest.NewRecorder()
	h.ServeHTTP(res, httptest.NewRequest(http.MethodGet, "/notes/7", nil))
	if res.Code != http.StatusOK || !strings.Contains(res.Body.String(), "milk") {
		t.Errorf("status %d with %s", res.Code, res.Body)
	}
}
