//go:build ignore

// Package leakederrors serves notes over HTTP from a store that it is given.
package leakederrors

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// maxBody is the largest request body that is read, in bytes.
const maxBody = 1 << 20

// A Note is one note as the store keeps it and the API shows it.
type Note struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Content string `json:"content,omitempty"`
}

// The kinds of failure a Store reports. It wraps them in the detail it has
// (the statement, the host, the constraint), so compare with errors.Is.
var (
	ErrInvalid  = errors.New("invalid note")
	ErrNotFound = errors.New("note not found")
	ErrConflict = errors.New("note already exists")
)

// A Store keeps notes.
type Store interface {
	// Create keeps a note and returns it with its id.
	Create(ctx context.Context, n Note) (Note, error)
	// Get returns the note with this id.
	Get(ctx context.Context, id string) (Note, error)
	// Delete removes the note with this id.
	Delete(ctx context.Context, id string) error
}

// NewHandler serves POST /notes, GET /notes/{id} and DELETE /notes/{id}. It
// logs to log and to nothing else.
func NewHandler(store Store, log *slog.Logger) http.Handler {
	h := &handler{store: store, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes", h.create)
	mux.HandleFunc("GET /notes/{id}", h.get)
	mux.HandleFunc("DELETE /notes/{id}", h.remove)
	return h.identify(h.recoverPanic(mux))
}

type handler struct {
	store Store
	log   *slog.Logger
}

type requestIDKey struct{}

// requestID returns the id that identify gave to the request of ctx.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// identify gives every request an id, for the log and for the client's
// support ticket.
func (h *handler) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()
		ctx := context.WithValue(r.Context(), requestIDKey{}, id)
		h.log.InfoContext(ctx, "request",
			"request_id", id, "method", r.Method, "path", r.URL.Path)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// recoverPanic answers a request whose handler panicked.
func (h *handler) recoverPanic(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				h.fail(w, r, internal(fmt.Errorf("panic: %v at %s", p, debug.Stack())))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func (h *handler) create(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Title   string `json:"title"`
		Content string `json:"content"`
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		h.fail(w, r, badBody(err))
		return
	}
	if in.Title == "" {
		h.fail(w, r, &publicError{http.StatusBadRequest, "validation_error", "title is required", nil})
		return
	}
	note, err := h.store.Create(r.Context(), Note{Title: in.Title, Content: in.Content})
	if err != nil {
		h.fail(w, r, fromStore(err))
		return
	}
	writeJSON(w, http.StatusCreated, note)
}

func (h *handler) get(w http.ResponseWriter, r *http.Request) {
	note, err := h.store.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		h.fail(w, r, fromStore(err))
		return
	}
	writeJSON(w, http.StatusOK, note)
}

func (h *handler) remove(w http.ResponseWriter, r *http.Request) {
	if err := h.store.Delete(r.Context(), r.PathValue("id")); err != nil {
		h.fail(w, r, fromStore(err))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// A publicError keeps what clients may read beside the cause that they may not.
// Its Error text is the cause's, for the log; Public is the only way out.
type publicError struct {
	status  int
	code    string
	message string
	cause   error
}

func (e *publicError) Error() string {
	if e.cause == nil {
		return e.message
	}
	return e.cause.Error()
}

func (e *publicError) Unwrap() error { return e.cause }

// Public is the error as a client may read it.
func (e *publicError) Public(requestID string) any {
	type public struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	return struct {
		Error     public `json:"error"`
		RequestID string `json:"request_id"`
	}{public{e.code, e.message}, requestID}
}

func internal(cause error) *publicError {
	return &publicError{http.StatusInternalServerError, "internal", "internal error", cause}
}

func fromStore(err error) *publicError {
	switch {
	case errors.Is(err, ErrInvalid):
		return &publicError{http.StatusBadRequest, "validation_error", "the store refused this note", err}
	case errors.Is(err, ErrNotFound):
		return &publicError{http.StatusNotFound, "not_found", "no such note", err}
	case errors.Is(err, ErrConflict):
		return &publicError{http.StatusConflict, "conflict", "the note already exists", err}
	}
	return internal(err)
}

// badBody tells the client which field is wrong. The name of a known field is
// the API's own; everything else in the decoder's text is not ours to repeat.
func badBody(err error) *publicError {
	message := "the body is not a note in JSON"
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		message = wrong.Field + " has the wrong type"
	}
	return &publicError{http.StatusBadRequest, "validation_error", message, err}
}

func (h *handler) fail(w http.ResponseWriter, r *http.Request, err *publicError) {
	id := requestID(r.Context())
	level := slog.LevelInfo
	if err.status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	h.log.WithGroup("http").LogAttrs(r.Context(), level, "failed",
		slog.Int("status", err.status),
		slog.Group("request", "id", id, "path", r.URL.Path),
		slog.Any("err", err))
	writeJSON(w, err.status, err.Public(id))
}

// writeJSON answers with v. A value that cannot be encoded is a bug here, and
// a failed write means that the client has gone.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}
