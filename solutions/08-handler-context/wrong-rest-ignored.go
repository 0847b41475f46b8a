//go:build ignore

// Package handlercontext serves the notes of a team over HTTP.
package handlercontext

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	budget   = 30 * time.Second // for one request, from its arrival to its answer
	maxBody  = 64 << 10         // bytes
	maxNotes = 1000             // for one team
)

var errFull = errors.New("no room for another note")

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
	slots chan struct{} // one for each call that runs
}

// NewService returns a service that has at most limit calls of store running.
func NewService(store Store, limit int) *Service {
	return &Service{store: store, slots: make(chan struct{}, limit)}
}

// List returns the notes with this tag.
func (s *Service) List(ctx context.Context, tag string) (notes []Note, err error) {
	err = s.call(ctx, func() error {
		notes, err = s.store.List(ctx, tag)
		return err
	})
	return notes, err
}

// CheckQuota returns errFull if there is no room for another note.
func (s *Service) CheckQuota(ctx context.Context) error {
	return s.call(ctx, func() error {
		n, err := s.store.Count(ctx)
		if err == nil && n >= maxNotes {
			err = errFull
		}
		return err
	})
}

// Create keeps n and returns it with its id.
func (s *Service) Create(ctx context.Context, n Note) (created Note, err error) {
	err = s.call(ctx, func() error {
		created, err = s.store.Create(ctx, n)
		return err
	})
	return created, err
}

// call waits for a free slot and calls the store.
func (s *Service) call(ctx context.Context, store func() error) error {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
		return store()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// NewHandler serves GET /notes and POST /notes.
func NewHandler(s *Service) http.Handler {
	h := &handler{service: s}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes", h.list)
	mux.HandleFunc("POST /notes", h.create)
	return mux
}

type handler struct{ service *Service }

// list answers with the notes that have the tag.
func (h *handler) list(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), budget)
	defer cancel()

	notes, err := h.service.List(ctx, r.URL.Query().Get("tag"))
	if err != nil {
		fail(ctx, w, err)
		return
	}
	reply(w, http.StatusOK, notes)
}

// create keeps the note that was sent, if there is room for it.
func (h *handler) create(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), budget)
	defer cancel()

	body := http.MaxBytesReader(w, r.Body, maxBody)
	var n Note
	err := json.NewDecoder(body).Decode(&n)
	if err == nil {
		// The end of the body may come later than the note, and the server
		// watches the connection only after it.
		_, _ = io.Copy(io.Discard, body)
	}
	if err != nil {
		http.Error(w, "the body must be a note", http.StatusBadRequest)
		return
	}
	if err := h.service.CheckQuota(ctx); err != nil {
		fail(ctx, w, err)
		return
	}
	created, err := h.service.Create(ctx, n)
	if err != nil {
		fail(ctx, w, err)
		return
	}
	reply(w, http.StatusCreated, created)
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// fail answers with the status of err. That the time is up is said by ctx: a store
// has words and time limits of its own.
func fail(ctx context.Context, w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, errFull):
		status = http.StatusForbidden
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		status = http.StatusGatewayTimeout
	}
	http.Error(w, http.StatusText(status), status)
}
