package sixmistakes

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A conflict is what a store makes of its driver's error.
type conflict struct{ text string }

func (c conflict) Error() string        { return c.text }
func (c conflict) Is(target error) bool { return target == ErrTaken }

// The same conflict in the words of the old driver and of the new one.
var oldDriver, newDriver = conflict{`pq: duplicate key value violates unique constraint "slug_key"`},
	conflict{`ERROR: duplicate key value violates unique constraint "slug_key" (SQLSTATE 23505)`}

// share asks for a share whose insert fails with err.
func share(handler func(*Shares) http.HandlerFunc, err error) (res *httptest.ResponseRecorder, log string) {
	var buf bytes.Buffer
	s := &Shares{Edge: Edge{slog.New(slog.NewTextHandler(&buf, nil))}, Insert: func(context.Context, string) error { return err }}
	w := httptest.NewRecorder()
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /shares/{slug}", handler(s))
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodPut, "/shares/holiday", nil))
	return w, buf.String()
}

// The app looks for the words of the old driver, as nothing else tells it
// that the address is taken.
func TestAnErrorTextIsAContractByAccident(t *testing.T) {
	naive := func(s *Shares) http.HandlerFunc { return s.Naive }
	for err, understood := range map[conflict]bool{oldDriver: true, newDriver: false} {
		w, log := share(naive, err)
		if got := strings.HasPrefix(w.Body.String(), "pq: duplicate key"); got != understood {
			t.Errorf("%s: the app understands: %v, want %v", w.Body, got, understood)
		}
		if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "slug_key") || log != "" {
			t.Errorf("%d %s, log %q: want a 500 with the constraint's name and an empty log", w.Code, w.Body, log)
		}
	}
}

func TestTheCodeStaysAndTheReasonIsLogged(t *testing.T) {
	secret := rand.Text()
	create := func(s *Shares) http.HandlerFunc { return s.Create }
	for _, tt := range []struct {
		err    error
		status int
		code   string
	}{
		{oldDriver, http.StatusConflict, "slug_taken"},
		{newDriver, http.StatusConflict, "slug_taken"},
		{fmt.Errorf("%s: %w", secret, ErrTaken), http.StatusConflict, "slug_taken"},
		{fmt.Errorf("%s: %w", secret, context.DeadlineExceeded), http.StatusGatewayTimeout, "timeout"},
		{errors.New(secret), http.StatusInternalServerError, "internal"},
	} {
		w, log := share(create, tt.err)
		var body struct {
			Error struct{ Code, Message string }
			ID    string `json:"request_id"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		if w.Code != tt.status || body.Error.Code != tt.code || body.Error.Message == "" {
			t.Errorf("%v: %d %s, want %d and %s", tt.err, w.Code, w.Body, tt.status, tt.code)
		}
		if all := fmt.Sprint(w.Header(), w.Body); strings.Contains(all, secret) || strings.Contains(all, "slug_key") {
			t.Errorf("the client reads %s", all)
		}
		reason, _, _ := strings.Cut(tt.err.Error(), `"`) // the log escapes quotes
		if body.ID == "" || !strings.Contains(log, body.ID) || !strings.Contains(log, reason) {
			t.Errorf("the log has %s, want id %s and the reason %v", log, body.ID, tt.err)
		}
	}
	if w, log := share(create, nil); w.Code != http.StatusCreated || log != "" {
		t.Errorf("a good one: %d, log %q", w.Code, log)
	}
}
