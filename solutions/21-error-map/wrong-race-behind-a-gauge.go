//go:build ignore

// Package errormap serves notes over HTTP from a store that it is given.
package errormap

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
)

// A Note is one note of a user.
type Note struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Content string `json:"content"`
}

// What the rules know of notes that are gone, or that somebody else changed.
var (
	ErrNotFound = errors.New("note not found")
	ErrConflict = errors.New("note has changed")
)

// An InvalidError says which field of a note was refused, and why.
type InvalidError struct{ Field, Reason string }

func (e *InvalidError) Error() string { return e.Field + " " + e.Reason }

// A Store keeps notes. Its calls give up when ctx ends. The texts of its errors
// tell the log which statement failed and where.
type Store interface {
	// Get returns a note.
	Get(ctx context.Context, id string) (Note, error)
	// Rename gives a note another title. Any of the errors above may come of it.
	Rename(ctx context.Context, id, title string) error
}

// A Service holds the rules. Jobs and command lines call it, too, without HTTP.
type Service struct{ store Store }

// NewService returns a service that keeps its notes in store.
func NewService(store Store) *Service { return &Service{store: store} }

// Get returns a note.
func (s *Service) Get(ctx context.Context, id string) (Note, error) {
	note, err := s.store.Get(ctx, id)
	if err != nil {
		return Note{}, fmt.Errorf("get note %s: %w", id, err)
	}
	return note, nil
}

// Rename gives a note another title, which must not be empty.
func (s *Service) Rename(ctx context.Context, id, title string) error {
	if title == "" {
		return fmt.Errorf("rename note %s: %w", id, &InvalidError{"title", "is empty"})
	}
	if err := s.store.Rename(ctx, id, title); err != nil {
		return fmt.Errorf("rename note %s: %w", id, err)
	}
	return nil
}

// NewHandler serves GET /notes/{id}, and PUT /notes/{id}/title with the body
// {"title": "..."}. Failures go to log.
func NewHandler(service *Service, log *slog.Logger) http.Handler {
	h := &handler{service: service, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}", h.get)
	mux.HandleFunc("PUT /notes/{id}/title", h.rename)
	return mux
}

type handler struct {
	service *Service
	log     *slog.Logger

	failing atomic.Int64 // answers that report a failure, for the metrics
	last    problem      // for the status page
}

func (h *handler) get(w http.ResponseWriter, r *http.Request) {
	note, err := h.service.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		h.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, note)
}

func (h *handler) rename(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Title string `json:"title"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in); err != nil {
		h.fail(w, r, fmt.Errorf("%w: %w", &InvalidError{"body", "is no title in JSON"}, err))
		return
	}
	if err := h.service.Rename(r.Context(), r.PathValue("id"), in.Title); err != nil {
		h.fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// A problem is what a client reads of a failure.
type problem struct {
	status int
	Code   string `json:"code"`
	Field  string `json:"field,omitempty"` // only where a field was refused
}

// problemOf is the one place where errors become answers. It asks for what is
// in err, not what err is, so the layers below may add as many words as they
// like. The order of its questions is part of the contract: a joined error is
// everything in it at once, and what the client can act on goes first. What it
// does not know is our fault until somebody has decided otherwise.
//
// ctx is the request's own, as it came from the server. context.Canceled says
// that somebody cancelled; only ctx says whether it was the client. It is asked
// for nothing else: clients also leave because something is broken, and that
// has to stay visible.
func problemOf(ctx context.Context, err error) problem {
	if invalid, ok := errors.AsType[*InvalidError](err); ok {
		return problem{http.StatusBadRequest, "validation_error", invalid.Field}
	}
	switch {
	case errors.Is(err, ErrNotFound):
		return problem{http.StatusNotFound, "not_found", ""}
	case errors.Is(err, ErrConflict):
		return problem{http.StatusConflict, "conflict", ""}
	case errors.Is(err, context.DeadlineExceeded):
		return problem{http.StatusGatewayTimeout, "timeout", ""}
	case errors.Is(err, context.Canceled) && errors.Is(ctx.Err(), context.Canceled):
		return problem{499, "canceled", ""} // read by the access log only
	default:
		return problem{http.StatusInternalServerError, "internal", ""}
	}
}

// fail tells the log what happened and the client what it may do about it.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(r.Context(), err)
	h.failing.Add(1)
	defer h.failing.Add(-1)
	h.last = p
	level := slog.LevelInfo
	if p.status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	h.log.Log(r.Context(), level, "request failed", "method", r.Method, "status", p.status, "error", err)
	writeJSON(w, p.status, map[string]problem{"error": p})
}

// writeJSON answers with v. A failed write means that the client has gone.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err)) // a bug: v is ours
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}
