//go:build ignore

// Package backpressure searches the notes of a team, in a store that can only do
// so many searches at once.
package backpressure

import (
	"context"
	"encoding/json"
	"net/http"
)

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
	limit int
}

// NewService returns a service that has at most limit searches of store running.
// The limit comes from the settings and is at least 1.
func NewService(store Store, limit int) *Service {
	return &Service{store: store, limit: limit}
}

// Search returns the notes that match the query. The caller holds a slot.
func (s *Service) Search(ctx context.Context, query string) ([]Note, error) {
	return s.store.Search(ctx, query)
}

// NewHandler serves GET /notes?q= and GET /healthz, by which the load balancer
// knows that this instance is alive.
func NewHandler(s *Service) http.Handler {
	h := &handler{service: s, slots: make(chan struct{}, s.limit)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes", h.search)
	mux.HandleFunc("GET /healthz", h.health)
	return mux
}

type handler struct {
	service *Service
	slots   chan struct{} // one for each search that runs
}

// search answers with the notes that match the query.
func (h *handler) search(w http.ResponseWriter, r *http.Request) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many searches, try again later", http.StatusServiceUnavailable)
		return
	}
	notes, err := h.service.Search(r.Context(), r.URL.Query().Get("q"))
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
