//go:build ignore

// Package errortest serves the notes of a store over HTTP.
package errortest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
)

// A Note is one note of a user.
type Note struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// ErrNotFound is what a Store reports of a note that it does not have. It wraps
// that in the detail it has: the statement, the table, the host.
var ErrNotFound = errors.New("note not found")

// A Store keeps notes.
type Store interface {
	// Note returns the note with this id.
	Note(ctx context.Context, id string) (Note, error)
}

// NewHandler serves GET /notes/{id}.
//
// A note is a 200. If the store does not have it, that is a 404 with the code
// not_found; if the store ran out of time, a 504 with the code timeout; any
// other failure is a 500 with the code internal. The body of a failure is
//
//	{"error": {"code": "not_found", "message": "there is no such note"}}
//
// with a message that is the same whatever the store said: its detail is for
// the log, and for nobody else. Each failure is logged with the whole detail,
// and no secret of the client's, such as its Authorization header.
func NewHandler(store Store, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /notes/{id}", endpoint{log, func(r *http.Request) (any, error) {
		return store.Note(r.Context(), r.PathValue("id"))
	}})
	return mux
}

// An endpoint answers with what it returns, or with its error.
type endpoint struct {
	log   *slog.Logger
	serve func(r *http.Request) (any, error)
}

func (e endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := e.serve(r)
	status := http.StatusOK
	if err != nil {
		var code, message string
		if status, code, message = classify(err); status >= 500 {
			w.Header().Set("Cache-Control", "no-store")
		}
		body = map[string]any{"error": map[string]string{"code": code, "message": message}}
		e.log.LogAttrs(r.Context(), slog.LevelError, code, slog.Any("cause", err), slog.String("url", r.URL.String()))
	}
	out, err := json.MarshalIndent(body, "", "  ")
	if err != nil {
		e.log.Error("the answer cannot be encoded", "error", err)
		http.Error(w, `{"error": {"code": "internal", "message": "try again later"}}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out) // the client has left
}

func classify(err error) (status int, code, message string) {
	if errors.Is(err, ErrNotFound) {
		return http.StatusNotFound, "not_found", "not found"
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return http.StatusGatewayTimeout, "timeout", "timeout"
	}
	return http.StatusInternalServerError, "internal", "try again later"
}
