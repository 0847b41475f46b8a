// Package shutdown serves the notes of a team until it's told to stop.
package shutdown

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"
)

// A Note is one note of the team.
type Note struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// A Store keeps the notes.
type Store interface {
	// All returns the notes of a team. When ctx ends it gives up, which may take it
	// a moment, and returns an error.
	All(ctx context.Context, team string) ([]Note, error)
	// Close writes what isn't on disk yet. Nobody may use the store any more.
	Close() error
}

// A Service is the notes API and its store.
type Service struct {
	Store Store
	Grace time.Duration // for requests that have begun, when the service stops
}

// Run serves the notes API on ln until ctx ends, which it does when main gets a
// signal. When Run has returned, main ends the process.
func (s *Service) Run(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{Handler: NewHandler(s.Store), ReadHeaderTimeout: 3 * time.Second}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()

	select {
	case err := <-served:
		return errors.Join(err, s.Store.Close())
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(ctx, s.Grace)
	defer cancel()
	err := srv.Shutdown(stop)
	return errors.Join(err, s.Store.Close())
}

// NewHandler serves GET /export?team=, by which the backup reads all notes.
func NewHandler(store Store) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /export", func(w http.ResponseWriter, r *http.Request) {
		notes, err := store.All(r.Context(), r.URL.Query().Get("team"))
		if err != nil {
			http.Error(w, "the export failed", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(notes) // if it fails, the client has left
	})
	return mux
}
