//go:build ignore

// Package writejson serves notes as JSON.
package writejson

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
)

// A Note is one note as the API shows it.
type Note struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Extra is what plugins have added: any value. One that is a
	// json.Marshaler makes its JSON at the moment it is encoded.
	Extra map[string]any `json:"extra,omitempty"`
}

// ErrNotFound is wrapped in what a Store says about a note that is not there,
// so compare with errors.Is.
var ErrNotFound = errors.New("note not found")

// A Store keeps notes.
type Store interface {
	// Get returns the note with this id.
	Get(ctx context.Context, id string) (Note, error)
	// List returns all notes, the oldest first.
	List(ctx context.Context) ([]Note, error)
}

// NewHandler serves GET /notes and GET /notes/{id}.
func NewHandler(store Store, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /notes", serve(log, func(r *http.Request) ([]Note, error) {
		return store.List(r.Context())
	}))
	mux.Handle("GET /notes/{id}", serve(log, func(r *http.Request) (Note, error) {
		return store.Get(r.Context(), r.PathValue("id"))
	}))
	return mux
}

// serve answers with what find returns. It is the only function that has a
// ResponseWriter, and it uses it once.
func serve[T any](log *slog.Logger, find func(*http.Request) (T, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, body, err := answer(find(r))
		if err != nil {
			log.Error("request failed", "status", status, "error", err)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if _, err := w.Write(body); err != nil {
			log.Info("client left", "error", err)
		}
	})
}

const (
	notFound = `{"error":{"code":"not_found","message":"There is no such note."}}`
	internal = `{"error":{"code":"internal","message":"Something went wrong on our side."}}`
)

// answer is the status and the body for a value or an error. It returns what
// went wrong, for the log.
func answer(v any, err error) (int, []byte, error) {
	if errors.Is(err, ErrNotFound) {
		return http.StatusNotFound, []byte(notFound), err
	}
	if err != nil {
		return http.StatusInternalServerError, []byte(internal), err
	}
	body, err := json.Marshal(v)
	if err != nil {
		return http.StatusInternalServerError, []byte(internal), fmt.Errorf("encode answer: %w", err)
	}
	return http.StatusOK, body, nil
}
