// Package detached shares notes by mail.
package detached

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
)

// A Note is one note of the team.
type Note struct{ ID, Title string }

// ErrNotFound says that there is no such note.
var ErrNotFound = errors.New("note not found")

// A Store keeps notes.
type Store interface {
	// Get returns the note with this id, or an error that wraps ErrNotFound.
	Get(ctx context.Context, id string) (Note, error)
}

// A Mailer sends mails. The mail server is slow at times, and has been known to
// hang.
type Mailer interface {
	// Send mails n to somebody, under the trace that ctx carries. When ctx ends it
	// gives up, which may take it a moment, and returns an error.
	Send(ctx context.Context, to string, n Note) error
}

// A Service shares notes. It may be used by several goroutines.
type Service struct {
	store  Store
	mailer Mailer
	log    *slog.Logger
	slots  chan struct{}  // one for each mail that is being sent
	mails  sync.WaitGroup // waiting or being sent
}

// NewService returns a service that sends at most limit mails at the same time.
func NewService(store Store, mailer Mailer, log *slog.Logger, limit int) *Service {
	return &Service{store: store, mailer: mailer, log: log, slots: make(chan struct{}, limit)}
}

// Share finds a note and mails it to somebody. It doesn't wait for the mail.
func (s *Service) Share(ctx context.Context, id, to string) error {
	n, err := s.store.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("get note: %w", err)
	}
	s.mails.Go(func() {
		if err := s.send(ctx, to, n); err != nil {
			s.log.WarnContext(ctx, "mail not sent", "to", to, "error", err)
		}
	})
	return nil
}

// send waits for a free slot and sends the mail.
func (s *Service) send(ctx context.Context, to string, n Note) error {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
		return s.mailer.Send(ctx, to, n)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close waits until all mails are over, or until ctx ends, and then returns its
// error. It is called once, when the process stops.
func (s *Service) Close(ctx context.Context) error {
	over := make(chan struct{})
	go func() {
		s.mails.Wait()
		close(over)
	}()
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// NewHandler serves POST /notes/{id}/share?to=, which is answered while the mail
// is on its way.
func NewHandler(s *Service) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes/{id}/share", func(w http.ResponseWriter, r *http.Request) {
		switch err := s.Share(r.Context(), r.PathValue("id"), r.URL.Query().Get("to")); {
		case errors.Is(err, ErrNotFound):
			http.Error(w, "there is no such note", http.StatusNotFound)
		case err != nil:
			http.Error(w, "the note was not shared", http.StatusInternalServerError)
		default:
			w.WriteHeader(http.StatusAccepted)
		}
	})
	return mux
}
