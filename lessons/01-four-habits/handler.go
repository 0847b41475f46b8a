package fourhabits

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

const (
	requestBudget = 2 * time.Second
	maxBody       = 1 << 20 // bytes
)

// A Note is one note.
type Note struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// What a store or the validation reports, wrapped with detail.
var (
	ErrInvalid  = errors.New("invalid note")
	ErrNotFound = errors.New("note not found")
)

// A Store keeps notes and gives up when its context ends.
type Store interface {
	Get(ctx context.Context, id string) (Note, error)
	Create(ctx context.Context, n Note) (Note, error)
}

// A Handler serves notes over HTTP.
type Handler struct {
	store Store
	calls *Budget // store calls under way
	log   *slog.Logger
}

// Routes is the handler's HTTP surface.
func (h *Handler) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}", h.get)
	mux.HandleFunc("POST /notes", h.create)
	return mux
}

// get spends at most 2 s and stops when its caller leaves.
func (h *Handler) get(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), requestBudget)
	defer cancel()
	note, err := h.load(ctx, r.PathValue("id"))
	if err != nil {
		h.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, note)
}

// load holds a slot during the store call and no longer.
func (h *Handler) load(ctx context.Context, id string) (Note, error) {
	if err := h.calls.Acquire(ctx); err != nil {
		return Note{}, err
	}
	defer h.calls.Release()
	return h.store.Get(ctx, id)
}

// create starts its budget before it reads the body, as WriteTimeout does.
func (h *Handler) create(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), requestBudget)
	defer cancel()
	n, err := decodeNote(w, r)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	if n, err = h.save(ctx, n); err != nil {
		h.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusCreated, n)
}

func (h *Handler) save(ctx context.Context, n Note) (Note, error) {
	if err := h.calls.Acquire(ctx); err != nil {
		return Note{}, err
	}
	defer h.calls.Release()
	return h.store.Create(ctx, n)
}

// decodeNote reads at most maxBody bytes and refuses early.
func decodeNote(w http.ResponseWriter, r *http.Request) (Note, error) {
	var n Note
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&n); err != nil {
		return n, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return n, errors.Join(fmt.Errorf("%w: more after the note", ErrInvalid), err) // err may be nil
	}
	if n.Title == "" {
		return n, fmt.Errorf("%w: no title", ErrInvalid)
	}
	return n, nil
}

// problemOf maps an error to the status and code that clients read.
func problemOf(err error) (status int, code string) {
	switch {
	case errors.Is(err, ErrInvalid):
		return 400, "validation_error"
	case errors.Is(err, ErrNotFound):
		return 404, "not_found"
	case errors.Is(err, context.DeadlineExceeded):
		return 504, "timeout"
	default:
		return 500, "internal"
	}
}

// messages are for people, by code.
var messages = map[string]string{
	"validation_error": "This is not a valid note.",
	"too_large":        "The note is too large.",
	"not_found":        "There is no such note.",
	"timeout":          "This took too long.",
	"internal":         "Something went wrong here.",
}

// fail sends the code to the client and the detail to the log.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, code := problemOf(err)
	// What the request alone explains:
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		status, code = 413, "too_large"
	}
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		status, code = 499, "canceled" // for the log: the client has left
	}
	level := slog.LevelInfo
	if status >= 500 {
		level = slog.LevelError
	}
	id := rand.Text()
	h.log.Log(r.Context(), level, "request failed", "request_id", id,
		"path", r.URL.Path, "status", status, "error", err)
	writeJSON(w, status, map[string]any{
		"error":      map[string]string{"code": code, "message": messages[code]},
		"request_id": id,
	})
}

// writeJSON answers with v. A failed write means that the client has left.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err)) // a bug: v is ours
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
