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
	mux.HandleFunc("GET /notes/{id}", func(w http.ResponseWriter, r *http.Request) {
		note, err := store.Note(r.Context(), r.PathValue("id"))
		if err != nil {
			fail(w, r, log, err)
			return
		}
		respond(w, http.StatusOK, note)
	})
	return mux
}

// fail answers with what clients may know of err, and logs the rest.
func fail(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	status, code, message := http.StatusInternalServerError, "internal", "something went wrong on our side"
	switch {
	case errors.Is(err, ErrNotFound):
		status, code, message = http.StatusNotFound, "not_found", "there is no such note"
	case err == context.DeadlineExceeded:
		status, code, message = http.StatusGatewayTimeout, "timeout", "that took too long; try again"
	}
	log.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "status", status, "error", err)
	respond(w, status, map[string]any{"error": map[string]string{"code": code, "message": message}})
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client has left
}
