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
				h.log.ErrorContext(r.Context(), "panic",
					"request_id", requestID(r.Context()),
					"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				writeFailure(w, r, http.StatusInternalServerError)
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
		h.fail(w, r, http.StatusBadRequest, fmt.Errorf("decode note: %w", err))
		return
	}
	if in.Title == "" {
		h.fail(w, r, http.StatusBadRequest, errors.New("title is required"))
		return
	}
	note, err := h.store.Create(r.Context(), Note{Title: in.Title, Content: in.Content})
	if err != nil {
		h.fail(w, r, statusOf(err), fmt.Errorf("create note: %w", err))
		return
	}
	writeJSON(w, http.StatusCreated, note)
}

func (h *handler) get(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	note, err := h.store.Get(r.Context(), id)
	if err != nil {
		h.fail(w, r, statusOf(err), fmt.Errorf("get note %s: %w", id, err))
		return
	}
	writeJSON(w, http.StatusOK, note)
}

func (h *handler) remove(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if err := h.store.Delete(r.Context(), id); err != nil {
		h.fail(w, r, statusOf(err), fmt.Errorf("delete note %s: %w", id, err))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// statusOf is the HTTP status of a store's error.
func statusOf(err error) int {
	switch {
	case errors.Is(err, ErrInvalid):
		return http.StatusBadRequest
	case errors.Is(err, ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, ErrConflict):
		return http.StatusConflict
	default:
		return http.StatusInternalServerError
	}
}

// fail logs err and answers without it.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, status int, err error) {
	level := slog.LevelDebug
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	h.log.Log(r.Context(), level, "request failed",
		"request_id", requestID(r.Context()), "status", status, "error", err.Error())
	writeFailure(w, r, status)
}

// writeFailure answers with what a client may know of a failure.
func writeFailure(w http.ResponseWriter, r *http.Request, status int) {
	type problem struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	p := problem{"internal", "Something went wrong on our side."}
	switch status {
	case http.StatusBadRequest:
		p = problem{"validation_error", "The note is not valid."}
	case http.StatusNotFound:
		p = problem{"not_found", "There is no such note."}
	case http.StatusConflict:
		p = problem{"conflict", "There is such a note already."}
	}
	writeJSON(w, status, struct {
		Error     problem `json:"error"`
		RequestID string  `json:"request_id"`
	}{p, requestID(r.Context())})
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
