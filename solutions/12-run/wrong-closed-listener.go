//go:build ignore

// Package run starts the parts of the notes service, and stops them.
package run

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// A Note is one note of the team.
type Note struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// A Store keeps the notes.
type Store interface {
	// Get returns the note with this id.
	Get(ctx context.Context, id string) (Note, error)
	// Close writes what isn't on disk yet. Nobody may use the store any more.
	Close() error
}

// An Indexer reads the store and keeps the search index up to date.
type Indexer interface {
	// Run works until ctx ends. Then it finishes the note it's at and returns
	// nil. If it can't go on, it returns an error before that.
	Run(ctx context.Context) error
}

// grace is the time in which requests have to finish when the service stops.
const grace = 10 * time.Second

// A Service is the notes API with all that it's made of.
type Service struct {
	Store   Store
	Indexer Indexer
	Log     *slog.Logger
}

// Run serves the notes API on ln until ctx ends, which it does when main gets a
// signal. If Run returns an error, main exits with 1, and systemd starts the
// service again.
func (s *Service) Run(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{Handler: NewHandler(s.Store), ReadHeaderTimeout: 3 * time.Second}
	group, parts := errgroup.WithContext(ctx)
	group.Go(func() error {
		err := srv.Serve(ln)
		if errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
			return nil // it has been shut down
		}
		return err
	})
	group.Go(func() error { return s.Indexer.Run(parts) })
	group.Go(func() error {
		<-parts.Done()
		s.Log.Info("notes stopping")
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		return srv.Shutdown(stop)
	})
	s.Log.Info("notes started", "address", ln.Addr())
	return errors.Join(group.Wait(), s.Store.Close())
}

// NewHandler serves GET /notes/{id}.
func NewHandler(store Store) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}", func(w http.ResponseWriter, r *http.Request) {
		note, err := store.Get(r.Context(), r.PathValue("id"))
		if err != nil {
			http.Error(w, "internal error", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(note) // if it fails, the client has left
	})
	return mux
}
