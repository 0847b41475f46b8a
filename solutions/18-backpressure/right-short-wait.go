//go:build ignore

// Package backpressure searches the notes of a team, in a store that can only do
// so many searches at once.
package backpressure

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// maxWait is how long a search waits for a slot: long enough for a burst.
const maxWait = time.Second

// errBusy says that all slots are taken.
var errBusy = errors.New("all slots are taken")

// A Note is one note of the team.
type Note struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// A Store keeps the notes.
type Store interface {
	// Search returns the notes that match the query. When ctx ends it gives up,
	// which may take it a moment, and returns an error.
	Search(ctx context.Context, query string) ([]Note, error)
}

// A Service searches notes. It may be used by several goroutines.
type Service struct {
	store Store
	slots chan struct{} // one for each search that runs
}

// NewService returns a service that has at most limit searches of store running.
// The limit comes from the settings and is at least 1.
func NewService(store Store, limit int) *Service {
	return &Service{store: store, slots: make(chan struct{}, limit)}
}

// Search returns the notes that match the query, or errBusy if no slot comes
// free in time.
func (s *Service) Search(ctx context.Context, query string) ([]Note, error) {
	timeout := time.NewTimer(maxWait)
	defer timeout.Stop()
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
		return s.store.Search(ctx, query)
	case <-timeout.C:
		return nil, errBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// NewHandler serves GET /notes?q= and GET /healthz, by which the load balancer
// knows that this instance is alive.
func NewHandler(s *Service) http.Handler {
	h := &handler{service: s}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes", h.search)
	mux.HandleFunc("GET /healthz", h.health)
	return mux
}

type handler struct{ service *Service }

// search answers with the notes that match the query.
func (h *handler) search(w http.ResponseWriter, r *http.Request) {
	notes, err := h.service.Search(r.Context(), r.URL.Query().Get("q"))
	if errors.Is(err, errBusy) {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many searches, try again later", http.StatusServiceUnavailable)
		return
	}
	if err != nil {
		http.Error(w, "the search failed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(notes)
}

// health answers that the process is alive.
func (h *handler) health(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusNoContent)
}
