//go:build ignore

// Package writejson serves notes as JSON.
package writejson

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
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
	mux.Handle("GET /notes", endpoint{log, func(r *http.Request) (any, error) {
		return store.List(r.Context())
	}})
	mux.Handle("GET /notes/{id}", endpoint{log, func(r *http.Request) (any, error) {
		return store.Get(r.Context(), r.PathValue("id"))
	}})
	return mux
}

// An endpoint is one route: call finds what is to be answered, ServeHTTP is
// the only place that touches the ResponseWriter.
type endpoint struct {
	log  *slog.Logger
	call func(*http.Request) (any, error)
}

func (e endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := http.StatusOK
	var body bytes.Buffer
	v, err := e.call(r)
	if err == nil {
		err = encode(&body, v)
	}
	if err != nil {
		body.Reset()
		status = e.problem(&body, r, err)
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	if _, err := body.WriteTo(w); err != nil {
		e.log.DebugContext(r.Context(), "client gone", "error", err)
	}
}

// problem writes the body for err and returns its status.
func (e endpoint) problem(w io.Writer, r *http.Request, err error) int {
	if errors.Is(err, ErrNotFound) {
		_, _ = io.WriteString(w, `{"error":{"code":"not_found","message":"There is no such note."}}`)
		return http.StatusNotFound
	}
	e.log.ErrorContext(r.Context(), "request failed", "path", r.URL.Path, "error", err)
	_, _ = io.WriteString(w, `{"error":{"code":"internal","message":"Something went wrong on our side."}}`)
	return http.StatusInternalServerError
}

func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
