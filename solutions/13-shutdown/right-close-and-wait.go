//go:build ignore

// Package shutdown serves the notes of a team until it's told to stop.
package shutdown

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
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

// last is for requests that were told to stop, after the grace.
const last = time.Second

// A Service is the notes API and its store.
type Service struct {
	Store Store
	Grace time.Duration // for requests that have begun, when the service stops
}

// Run serves the notes API on ln until ctx ends, which it does when main gets a
// signal. When Run has returned, main ends the process.
func (s *Service) Run(ctx context.Context, ln net.Listener) error {
	var running sync.WaitGroup
	api := NewHandler(s.Store)
	srv := &http.Server{ReadHeaderTimeout: 3 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		running.Add(1)
		defer running.Done()
		api.ServeHTTP(w, r)
	})}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()

	select {
	case err := <-served:
		return errors.Join(err, s.Store.Close())
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Grace)
	defer cancel()
	err := srv.Shutdown(stop)
	if err != nil {
		err = errors.Join(err, srv.Close()) // ends the contexts of the requests
		returned := make(chan struct{})
		go func() {
			running.Wait()
			close(returned)
		}()
		select {
		case <-returned:
		case <-time.After(last):
		}
	}
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
