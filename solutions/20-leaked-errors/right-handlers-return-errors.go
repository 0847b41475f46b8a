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
	mux.Handle("POST /notes", h.edge(h.create))
	mux.Handle("GET /notes/{id}", h.edge(h.get))
	mux.Handle("DELETE /notes/{id}", h.edge(h.remove))
	return h.identify(mux)
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

// An endpoint answers a request, or returns why it did not and writes nothing.
type endpoint func(w http.ResponseWriter, r *http.Request) error

// edge turns an endpoint into a handler. It is the one place that sees errors
// and panics, so the endpoints cannot forget the log or the shape.
func (h *handler) edge(serve endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := safely(serve, w, r)
		if err == nil {
			return
		}
		answer := answers[len(answers)-1]
		for _, a := range answers {
			if errors.Is(err, a.kind) {
				answer = a
				break
			}
		}
		log := h.log.With("request_id", requestID(r.Context()))
		if answer.Status >= 500 {
			log.Error("request failed", "err", err.Error())
		} else {
			log.Warn("request refused", "err", err.Error())
		}
		writeJSON(w, answer.Status, map[string]any{
			"error":      answer,
			"request_id": requestID(r.Context()),
		})
	})
}

// errPanic is the kind of a panic that became an error.
var errPanic = errors.New("panic")

// safely runs an endpoint; a panic becomes an error with value and stack.
func safely(serve endpoint, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, p, debug.Stack())
		}
	}()
	return serve(w, r)
}

// answers is what clients are told, by kind of error. The first match counts;
// the last row is for everything else.
var answers = []struct {
	kind    error
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
}{
	{ErrInvalid, 400, "validation_error", "the note is not valid"},
	{ErrNotFound, 404, "not_found", "there is no note with this id"},
	{ErrConflict, 409, "conflict", "the note exists already"},
	{errPanic, 500, "internal", "the request failed"},
}

func (h *handler) create(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Title   string `json:"title"`
		Content string `json:"content"`
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return errors.Join(ErrInvalid, err)
	}
	if in.Title == "" {
		return ErrInvalid
	}
	note, err := h.store.Create(r.Context(), Note{Title: in.Title, Content: in.Content})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusCreated, note)
	return nil
}

func (h *handler) get(w http.ResponseWriter, r *http.Request) error {
	note, err := h.store.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, note)
	return nil
}

func (h *handler) remove(w http.ResponseWriter, r *http.Request) error {
	if err := h.store.Delete(r.Context(), r.PathValue("id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
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
