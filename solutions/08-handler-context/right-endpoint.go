//go:build ignore

// Package handlercontext serves the notes of a team over HTTP.
package handlercontext

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	budget   = 30 * time.Second // for one request, from its arrival to its answer
	maxBody  = 64 << 10         // bytes
	maxNotes = 1000             // for one team
)

var (
	errFull = errors.New("no room for another note")
	errBody = errors.New("the body must be a note")
)

// A Note is one note of the team.
type Note struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Content string `json:"content"`
}

// A Store keeps notes. When ctx ends, a call gives up, cleans up, which may take
// it a moment, and returns an error, the context's or one in its own words.
type Store interface {
	// List returns the notes with this tag.
	List(ctx context.Context, tag string) ([]Note, error)
	// Count returns how many notes there are.
	Count(ctx context.Context) (int, error)
	// Create keeps n and returns it with its id.
	Create(ctx context.Context, n Note) (Note, error)
}

// A Service calls the store. It may be used by several goroutines.
type Service struct {
	store Store
	slots *semaphore.Weighted
}

// NewService returns a service that has at most limit calls of store running.
func NewService(store Store, limit int) *Service {
	return &Service{store: store, slots: semaphore.NewWeighted(int64(limit))}
}

// ask waits for a slot and makes one call of the store.
func ask[T any](ctx context.Context, s *Service, call func(context.Context) (T, error)) (T, error) {
	if err := s.slots.Acquire(ctx, 1); err != nil {
		return *new(T), err
	}
	defer s.slots.Release(1)
	return call(ctx)
}

// List returns the notes with this tag.
func (s *Service) List(ctx context.Context, tag string) ([]Note, error) {
	return ask(ctx, s, func(ctx context.Context) ([]Note, error) { return s.store.List(ctx, tag) })
}

// Create keeps n if there is room for it, and returns it with its id.
func (s *Service) Create(ctx context.Context, n Note) (Note, error) {
	used, err := ask(ctx, s, s.store.Count)
	if err != nil {
		return Note{}, err
	}
	if used >= maxNotes {
		return Note{}, errFull
	}
	return ask(ctx, s, func(ctx context.Context) (Note, error) { return s.store.Create(ctx, n) })
}

// NewHandler serves GET /notes and POST /notes.
func NewHandler(s *Service) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /notes", endpoint(http.StatusOK, func(ctx context.Context, r *http.Request, _ []byte) ([]Note, error) {
		return s.List(ctx, r.URL.Query().Get("tag"))
	}))
	mux.Handle("POST /notes", endpoint(http.StatusCreated, func(ctx context.Context, _ *http.Request, body []byte) (Note, error) {
		var n Note
		if err := json.Unmarshal(body, &n); err != nil {
			return Note{}, fmt.Errorf("%w: %w", errBody, err)
		}
		return s.Create(ctx, n)
	}))
	return mux
}

// endpoint is what both routes have in common: the whole body, then a context
// with the budget, then the work, then one answer.
func endpoint[T any](status int, do func(context.Context, *http.Request, []byte) (T, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), budget)
		defer cancel()

		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			fail(ctx, w, fmt.Errorf("%w: %w", errBody, err))
			return
		}
		v, err := do(ctx, r, body)
		if err != nil {
			fail(ctx, w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
}

// fail answers with the status of err. That the time is up is said by ctx: a store
// has words and time limits of its own.
func fail(ctx context.Context, w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, errBody):
		status = http.StatusBadRequest
	case errors.Is(err, errFull):
		status = http.StatusForbidden
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		status = http.StatusGatewayTimeout
	}
	http.Error(w, http.StatusText(status), status)
}
