// Package conventions holds the programs of the lesson "Clean as it
// grows": one endpoint after another of the notes service, written with
// and without the conventions that keep them small.
package conventions

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
)

// A Note is a note as the service keeps it.
type Note struct {
	ID, Owner, Title string
	Score            float64 // for the search; nobody's business
}

// What can go wrong, free of HTTP.
var (
	ErrNotFound = errors.New("note not found")
	ErrInvalid  = errors.New("invalid request")

	ErrUnauthenticated = errors.New("not signed in")
)

// A Store keeps notes.
type Store interface {
	Load(ctx context.Context, id string) (Note, error)
	Save(ctx context.Context, n Note) (Note, error)
}

// A Service holds the rules of notes.
type Service struct{ store Store }

// NewService returns a service over a store.
func NewService(s Store) *Service { return &Service{s} }

// Get adds what only it knows, and leaves the log to the edge.
func (s *Service) Get(ctx context.Context, id string) (Note, error) {
	n, err := s.store.Load(ctx, id)
	if err != nil {
		return Note{}, fmt.Errorf("get note %s: %w", id, err)
	}
	return n, nil
}

// Create keeps a new note of a user.
func (s *Service) Create(ctx context.Context, user, title string) (Note, error) {
	n, err := s.store.Save(ctx, Note{Owner: user, Title: title})
	if err != nil {
		return Note{}, fmt.Errorf("create note: %w", err)
	}
	return n, nil
}

// A NoisyStore logs what goes wrong in another store.
type NoisyStore struct {
	Store
	Log *slog.Logger
}

// Load is the lowest of three layers that log.
func (s NoisyStore) Load(ctx context.Context, id string) (Note, error) {
	n, err := s.Store.Load(ctx, id)
	if err != nil {
		s.Log.Error("store: load failed", "error", err)
	}
	return n, err
}

// GetNoisy is the second.
func (s *Service) GetNoisy(ctx context.Context, log *slog.Logger,
	id string) (Note, error) {
	n, err := s.Get(ctx, id)
	if err != nil {
		log.Error("service: get failed", "error", err)
	}
	return n, err
}

// ShowNoisy is the handler above GetNoisy.
func (s *Service) ShowNoisy(log *slog.Logger) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n, err := s.GetNoisy(r.Context(), log, r.PathValue("id"))
		if err != nil {
			log.Error("handler: show failed", "error", err)
			http.Error(w, "internal", http.StatusInternalServerError)
			return
		}
		writeJSON(w, http.StatusOK, noteOf(n))
	}
}
