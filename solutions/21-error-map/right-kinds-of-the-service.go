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

// A Kind is what a failure is in the words of the domain.
type Kind int

// The kinds, the one that goes first where several fit being the first.
const (
	Invalid Kind = iota
	NotFound
	Conflict
	Late
	Abandoned
	Internal
)

// An Error is what every method of a Service fails with. It has decided what
// kind the failure is and keeps all that was behind it.
type Error struct {
	Kind  Kind
	Field string // of an Invalid one
	Doing string
	Err   error
}

func (e *Error) Error() string { return e.Doing + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// failed returns an *Error for err, or the word nil. ctx is the one that the
// caller gave to the method.
func failed(ctx context.Context, err error, doing, id string) error {
	if err == nil {
		return nil
	}
	e := &Error{Internal, "", doing + " note " + id, err}
	var invalid *InvalidError
	switch {
	case errors.As(err, &invalid):
		e.Kind, e.Field = Invalid, invalid.Field
	case errors.Is(err, ErrNotFound):
		e.Kind = NotFound
	case errors.Is(err, ErrConflict):
		e.Kind = Conflict
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind = Late
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		e.Kind = Abandoned
	}
	return e
}

// A Service holds the rules. Jobs and command lines call it, too, without HTTP.
type Service struct{ store Store }

// NewService returns a service that keeps its notes in store.
func NewService(store Store) *Service { return &Service{store: store} }

// Get returns a note.
func (s *Service) Get(ctx context.Context, id string) (Note, error) {
	note, err := s.store.Get(ctx, id)
	return note, failed(ctx, err, "get", id)
}

// Rename gives a note another title, which must not be empty.
func (s *Service) Rename(ctx context.Context, id, title string) error {
	if title == "" {
		return failed(ctx, &InvalidError{"title", "is empty"}, "rename", id)
	}
	return failed(ctx, s.store.Rename(ctx, id, title), "rename", id)
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
		h.fail(w, r, failed(r.Context(), &InvalidError{"body", err.Error()}, "rename", r.PathValue("id")))
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

// answers has what each kind is on the wire.
var answers = map[Kind]problem{
	Invalid:   {http.StatusBadRequest, "validation_error", ""},
	NotFound:  {http.StatusNotFound, "not_found", ""},
	Conflict:  {http.StatusConflict, "conflict", ""},
	Late:      {http.StatusGatewayTimeout, "timeout", ""},
	Abandoned: {499, "canceled", ""},
	Internal:  {http.StatusInternalServerError, "internal", ""},
}

// fail tells the log what happened and the client what it may do about it.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := answers[Internal]
	if e, ok := errors.AsType[*Error](err); ok {
		p = answers[e.Kind]
		p.Field = e.Field
	}
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
