package contract

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

// A Problem is what a client reads of an error.
type Problem struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// An envelope is the one shape of an error on the wire.
type envelope struct {
	Problem   Problem `json:"error"`
	RequestID string  `json:"request_id"`
}

// ProblemOf is the one place that knows what an error is on the wire.
// ctx is the request's own: it says whether the client has left.
func ProblemOf(ctx context.Context, err error) Problem {
	if e, ok := errors.AsType[*InvalidError](err); ok {
		text := e.Field + " " + e.Reason
		return Problem{400, "validation_error", text}
	}
	switch {
	case errors.Is(err, ErrForbidden):
		return Problem{403, "forbidden", "This note is not yours."}
	case errors.Is(err, ErrNotFound):
		return Problem{404, "not_found", "There is no such note."}
	case errors.Is(err, ErrConflict):
		return Problem{409, "conflict", "The note has changed."}
	case errors.Is(err, context.DeadlineExceeded):
		return Problem{504, "timeout", "This took too long."}
	case errors.Is(err, context.Canceled) &&
		errors.Is(ctx.Err(), context.Canceled):
		return Problem{499, "canceled", "The request was cancelled."}
	default:
		return Problem{500, "internal", "Something went wrong here."}
	}
}

// A Handler serves notes.
type Handler struct {
	Service *Service
	Log     *slog.Logger
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer h.rescue(w, r)
	user, id := r.Header.Get("X-User"), r.URL.Query().Get("id")
	note, err := h.Service.Open(r.Context(), user, id)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"title": note.Title})
}

// fail tells the log everything and the client what it needs.
func (h *Handler) fail(
	w http.ResponseWriter, r *http.Request, err error,
) {
	p, id := ProblemOf(r.Context(), err), rand.Text()
	level := slog.LevelInfo
	if p.Status >= 500 {
		level = slog.LevelError
	}
	h.Log.Log(r.Context(), level, "request failed", "request_id", id,
		"status", p.Status, "code", p.Code, "error", err)
	writeJSON(w, p.Status, envelope{p, id})
}

// rescue answers for a handler that panics. Defer it.
func (h *Handler) rescue(w http.ResponseWriter, r *http.Request) {
	switch p := recover(); p {
	case nil:
	case http.ErrAbortHandler:
		panic(p) // no bug: the handler wants to hang up
	default:
		err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		h.fail(w, r, err)
	}
}

// writeJSON answers with v. A failed write means that the client has gone.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err)) // a bug: v is ours
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
