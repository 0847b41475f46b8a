//go:build ignore

// Package leakederrors serves notes over HTTP from a store that it is given.
package leakederrors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
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
	return h.observe(mux)
}

type handler struct {
	store Store
	log   *slog.Logger
	last  atomic.Int64 // the last request's number
}

// A visit is one request on its way through the handlers. They leave their
// error in it; observe writes the one record.
type visit struct {
	id  string
	err error
}

type visitKey struct{}

// observe numbers a request, recovers its panics and writes its one record.
func (h *handler) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{id: strconv.FormatInt(h.last.Add(1), 10)}
		w.Header().Set("X-Request-Id", v.id)
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
		defer func() {
			if p := recover(); p != nil {
				refuse(w, r, http.StatusInternalServerError, "internal",
					fmt.Errorf("panic: %v in %s", p, callers()))
			}
			args := []any{"request_id", v.id, "method", r.Method, "path", r.URL.Path}
			switch {
			case v.err == nil:
				h.log.Info("served", args...)
			case statusOf(v.err) < http.StatusInternalServerError:
				h.log.Info("refused: "+v.err.Error(), args...)
			default:
				h.log.Error("failed: "+v.err.Error(), args...)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// callers is the stack as a list of functions.
func callers() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	var b strings.Builder
	for {
		frame, more := frames.Next()
		fmt.Fprintf(&b, "\n%s:%d %s", frame.File, frame.Line, frame.Function)
		if !more {
			return b.String()
		}
	}
}

func (h *handler) create(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Title   string `json:"title"`
		Content string `json:"content"`
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		refuse(w, r, http.StatusBadRequest, "validation_error", fmt.Errorf("%w: %w", ErrInvalid, err))
		return
	}
	if in.Title == "" {
		refuse(w, r, http.StatusBadRequest, "validation_error", ErrInvalid)
		return
	}
	note, err := h.store.Create(r.Context(), Note{Title: in.Title, Content: in.Content})
	if err != nil {
		refuse(w, r, statusOf(err), codes[statusOf(err)], err)
		return
	}
	writeJSON(w, http.StatusCreated, note)
}

func (h *handler) get(w http.ResponseWriter, r *http.Request) {
	note, err := h.store.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		refuse(w, r, statusOf(err), codes[statusOf(err)], err)
		return
	}
	writeJSON(w, http.StatusOK, note)
}

func (h *handler) remove(w http.ResponseWriter, r *http.Request) {
	if err := h.store.Delete(r.Context(), r.PathValue("id")); err != nil {
		refuse(w, r, statusOf(err), codes[statusOf(err)], err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// codes are the API's words for its statuses.
var codes = map[int]string{
	http.StatusBadRequest:          "validation_error",
	http.StatusNotFound:            "not_found",
	http.StatusConflict:            "conflict",
	http.StatusInternalServerError: "internal",
}

// refuse answers with the status and code alone and leaves err to observe.
func refuse(w http.ResponseWriter, r *http.Request, status int, code string, err error) {
	v := r.Context().Value(visitKey{}).(*visit)
	v.err = err
	writeJSON(w, status, map[string]any{
		"error": map[string]any{
			"code":    code,
			"message": http.StatusText(status) + " (request " + v.id + ")",
		},
		"request_id": v.id,
	})
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
