//go:build ignore

// Package writejson serves notes as JSON.
package writejson

import (
	"context"
	"encoding/json"
	"errors"
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
	h := &handler{store: store, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes", h.list)
	mux.HandleFunc("GET /notes/{id}", h.get)
	return mux
}

type handler struct {
	store Store
	log   *slog.Logger
}

func (h *handler) list(w http.ResponseWriter, r *http.Request) {
	notes, err := h.store.List(r.Context())
	if err != nil {
		h.log.Error("list notes", "error", err)
		h.fail(w, http.StatusInternalServerError, "internal", "Something went wrong on our side.")
		return
	}
	h.respond(w, http.StatusOK, notes)
}

func (h *handler) get(w http.ResponseWriter, r *http.Request) {
	note, err := h.store.Get(r.Context(), r.PathValue("id"))
	switch {
	case errors.Is(err, ErrNotFound):
		h.fail(w, http.StatusNotFound, "not_found", "There is no such note.")
	case err != nil:
		h.log.Error("get note", "error", err)
		h.fail(w, http.StatusInternalServerError, "internal", "Something went wrong on our side.")
	default:
		h.respond(w, http.StatusOK, note)
	}
}

// A failure is the body of every answer that has no note.
type failure struct {
	Error problem `json:"error"`
}

// A problem says what went wrong, in words for clients.
type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// fail answers with a failure.
func (h *handler) fail(w http.ResponseWriter, status int, code, message string) {
	h.respond(w, status, failure{problem{code, message}})
}

// respond answers with v as JSON.
func (h *handler) respond(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		h.log.Error("answer not encoded", "error", err)
		h.fail(w, http.StatusInternalServerError, "internal", err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		h.log.Error("answer not sent", "error", err)
	}
}
