package sixmistakes

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// ErrTaken is what a store says, wrapped in detail, of a slug in use.
var ErrTaken = errors.New("slug is taken")

// shareBudget is for one share.
const shareBudget = 2 * time.Second

// Shares give a note an address of its own, its slug.
type Shares struct {
	Edge
	Insert func(ctx context.Context, slug string) error
}

// A Share is where to find a note.
type Share struct {
	Slug string `json:"slug"`
}

// Naive tells the client what went wrong.
func (s *Shares) Naive(w http.ResponseWriter, r *http.Request) {
	if err := s.Insert(r.Context(), r.PathValue("slug")); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// Create tells the client what it can do about it.
func (s *Shares) Create(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), shareBudget)
	defer cancel()
	slug := r.PathValue("slug")
	err := s.Insert(ctx, slug)
	s.answer(w, r, http.StatusCreated, Share{slug}, err)
}

// An Edge is where errors leave for the client, in a handler.
type Edge struct{ Log *slog.Logger }

// fail sends the code and keeps the reason. The id joins the two.
func (e Edge) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, code, message := problem(err)
	id := rand.Text()
	e.Log.Log(r.Context(), level(status), "request failed", "id", id,
		"path", r.URL.Path, "status", status, "err", err)
	writeJSON(w, status, envelope(code, message, id))
}

// envelope is the one shape of all errors.
func envelope(code, message, id string) map[string]any {
	public := map[string]string{"code": code, "message": message}
	return map[string]any{"error": public, "request_id": id}
}

// answer sends v, or says what went wrong.
func (e Edge) answer(w http.ResponseWriter, r *http.Request,
	status int, v any, err error,
) {
	if err != nil {
		e.fail(w, r, err)
		return
	}
	writeJSON(w, status, v)
}

// problem is the one place that knows what an error is to a client.
func problem(err error) (status int, code, message string) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge, "too_large", "The note is too large."
	}
	switch {
	case errors.Is(err, ErrTaken):
		return http.StatusConflict, "slug_taken", "Choose another address."
	case errors.Is(err, ErrTitle):
		return http.StatusBadRequest, "title_refused", "A title has at most 120 characters."
	case errors.Is(err, errBody):
		return http.StatusBadRequest, "bad_json", "This is no note."
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout, "timeout", "This took too long. Try again."
	case errors.Is(err, context.Canceled):
		return 499, "canceled", "" // for the log: nobody reads it
	}
	return http.StatusInternalServerError, "internal", "Something went wrong here."
}

func level(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// writeJSON answers with v. A failed write means that the client has gone.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err)) // a bug: v is ours
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
