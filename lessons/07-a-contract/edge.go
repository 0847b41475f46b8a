package contract

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
)

// A problem is an error as a client sees it.
type problem struct {
	status  int
	Code    string `json:"code"`
	Message string `json:"message"`
}

// A failure is the shape of every answer that is not a note.
type failure struct {
	Error     problem `json:"error"`
	RequestID string  `json:"request_id"`
}

// problemOf decides what a client learns about an error.
func problemOf(r *http.Request, err error) problem {
	_, large := errors.AsType[*http.MaxBytesError](err)
	invalid := errors.Is(err, ErrInvalid)
	gone := r.Context().Err() != nil
	switch {
	case large:
		return problem{413, "too_large", "The body is over 1 MiB."}
	case invalid && errors.Is(err, os.ErrDeadlineExceeded):
		return problem{408, "timeout", "The body took too long."}
	case invalid:
		return problem{400, "validation_error", "Not a valid note."}
	case errors.Is(err, context.DeadlineExceeded):
		return problem{504, "timeout", "This took too long."}
	case errors.Is(err, context.Canceled) && gone:
		return problem{499, "canceled", ""} // for the log
	default:
		return problem{500, "internal", "Something went wrong."}
	}
}

// fail maps err and answers with the result.
func (h *Handler) fail(
	w http.ResponseWriter, r *http.Request, err error) {
	h.send(w, r, problemOf(r, err), err)
}

// send gives the code to the client and the detail to the log.
func (h *Handler) send(
	w http.ResponseWriter, r *http.Request, p problem, err error) {
	level := slog.LevelInfo
	if p.status >= 500 {
		level = slog.LevelError
	}
	id := rand.Text()
	h.log.Log(r.Context(), level, "request failed",
		"request_id", id, "path", r.URL.Path,
		"status", p.status, "code", p.Code, "error", err)
	if err := Respond(w, p.status, failure{p, id}); err != nil {
		h.log.Error("a problem that cannot be encoded", "error", err)
	}
}

// Respond answers with v. If it returns an error, nothing was sent.
func Respond(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // on an error, the client has gone
	return nil
}

// RespondNaive sends the header and then encodes.
func RespondNaive(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(v)
}
