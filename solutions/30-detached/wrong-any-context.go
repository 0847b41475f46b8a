//go:build ignore

// Package detached shares notes by mail.
package detached

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// A Note is one note of the team.
type Note struct{ ID, Title string }

// ErrNotFound says that there is no such note.
var ErrNotFound = errors.New("note not found")

// ErrBusy says that a mail was refused: there is no room for it, or the service is
// closed.
var ErrBusy = errors.New("too many mails")

const timeout = 10 * time.Second // for one mail, once it's being sent

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
	slots  chan struct{} // one for each mail that is being sent
	room   chan struct{} // one for each mail that is waiting or being sent

	stopped context.Context // ends when mails are to stop
	stop    func()

	mu     sync.Mutex     // a mail is added before the wait for mails, or refused
	closed bool           // guarded by mu
	mails  sync.WaitGroup // waiting or being sent
}

// NewService returns a service that sends at most limit mails at the same time.
func NewService(store Store, mailer Mailer, log *slog.Logger, limit int) *Service {
	stopped, stop := context.WithCancel(context.Background())
	return &Service{
		store: store, mailer: mailer, log: log,
		slots: make(chan struct{}, limit), room: make(chan struct{}, 2*limit),
		stopped: stopped, stop: stop,
	}
}

// Share finds a note and mails it to somebody. It doesn't wait for the mail.
func (s *Service) Share(ctx context.Context, id, to string) error {
	n, err := s.store.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("get note: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrBusy
	}
	select {
	case s.room <- struct{}{}:
	default:
		return ErrBusy
	}
	// The mail outlives the request: it keeps the trace, and nothing of its end.
	ctx = context.WithoutCancel(ctx)
	s.mails.Go(func() {
		defer func() { <-s.room }()
		if err := s.send(ctx, to, n); err != nil {
			s.log.WarnContext(ctx, "mail not sent", "to", to, "error", err)
		}
	})
	return nil
}

// send waits for a free slot and sends the mail, whose time begins then.
func (s *Service) send(ctx context.Context, to string, n Note) error {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-s.stopped.Done():
		return s.stopped.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer context.AfterFunc(s.stopped, cancel)()
	return s.mailer.Send(ctx, to, n)
}

// Close takes no more shares, and waits until all mails are over. If ctx ends
// first, it stops them and returns the error of ctx. It is called once, when the
// process stops.
func (s *Service) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	over := make(chan struct{})
	go func() {
		s.mails.Wait()
		close(over)
	}()
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		s.stop()
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
		case errors.Is(err, ErrBusy), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			http.Error(w, "try again later", http.StatusServiceUnavailable)
		case err != nil:
			http.Error(w, "the note was not shared", http.StatusInternalServerError)
		default:
			w.WriteHeader(http.StatusAccepted)
		}
	})
	return mux
}
