// Package cheatsheet has the programs of the last lesson: a handler, a
// server and a fan-out as the rules would have them, and latency in numbers.
package cheatsheet

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// A Note is one note.
type Note struct{ ID, Title string }

// ErrNotFound is a domain error: it knows nothing about HTTP.
var ErrNotFound = errors.New("note not found")

// Notes is all that the handler knows about the layers below.
type Notes interface {
	Note(ctx context.Context, id string) (Note, error)
}

// A Handler serves notes.
type Handler struct {
	notes Notes
	write func(http.ResponseWriter, *http.Request, Note)
	fail  func(http.ResponseWriter, *http.Request, error)
}

// budget is the handler's time, less than the server's WriteTimeout.
const budget = 2 * time.Second

// get answers one note within budget.
func (h *Handler) get(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), budget)
	defer cancel()
	note, err := h.notes.Note(ctx, r.PathValue("id"))
	if err != nil {
		h.fail(w, r, err)
		return
	}
	h.write(w, r, note)
}

// NewServer limits every wait. WriteTimeout is longer than budget.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       60 * time.Second,
	}
}
