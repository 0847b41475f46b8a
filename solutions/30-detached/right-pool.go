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
	room   chan struct{} // one for each mail that is waiting or being sent
	queue  chan mail     // has room for all of these

	stopped context.Context // ends when mails are to stop
	stop    func()

	mu      sync.RWMutex // held to send to queue, and to close it
	closed  bool
	workers sync.WaitGroup
}

// A mail waits in the queue, with the values of its request.
type mail struct {
	ctx  context.Context
	to   string
	note Note
}

// NewService returns a service that sends at most limit mails at the same time.
func NewService(store Store, mailer Mailer, log *slog.Logger, limit int) *Service {
	s := &Service{
		store: store, mailer: mailer, log: log,
		room: make(chan struct{}, 2*limit), queue: make(chan mail, 2*limit),
	}
	s.stopped, s.stop = context.WithCancel(context.Background())
	for range limit {
		s.workers.Go(s.work)
	}
	return s
}

// Share finds a note and mails it to somebody. It doesn't wait for the mail.
func (s *Service) Share(ctx context.Context, id, to string) error {
	n, err := s.store.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("get note: %w", err)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return ErrBusy
	}
	select {
	case s.room <- struct{}{}:
		s.queue <- mail{context.WithoutCancel(ctx), to, n}
		return nil
	default:
		return ErrBusy
	}
}

// work sends mails until the queue is closed and empty.
func (s *Service) work() {
	for m := range s.queue {
		if err := s.send(m); err != nil {
			s.log.WarnContext(m.ctx, "mail not sent", "to", m.to, "error", err)
		}
		<-s.room
	}
}

func (s *Service) send(m mail) error {
	ctx, cancel := context.WithTimeout(m.ctx, timeout)
	defer cancel()
	defer context.AfterFunc(s.stopped, cancel)()
	return s.mailer.Send(ctx, m.to, m.note)
}

// Close takes no more shares, and waits until all mails are over. If ctx ends
// first, it stops them and returns the error of ctx. It is called once, when the
// process stops.
func (s *Service) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	close(s.queue)
	s.mu.Unlock()

	defer context.AfterFunc(ctx, s.stop)()
	s.workers.Wait()
	return ctx.Err()
}

// NewHandler serves POST /notes/{id}/share?to=, which is answered while the mail
// is on its way.
func NewHandler(s *Service) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes/{id}/share", func(w http.ResponseWriter, r *http.Request) {
		switch err := s.Share(r.Context(), r.PathValue("id"), r.URL.Query().Get("to")); {
		case errors.Is(err, ErrNotFound):
			http.Error(w, "there is no such note", http.StatusNotFound)
		case errors.Is(err, ErrBusy):
			http.Error(w, "try again later", http.StatusServiceUnavailable)
		case err != nil:
			http.Error(w, "the note was not shared", http.StatusInternalServerError)
		default:
			w.WriteHeader(http.StatusAccepted)
		}
	})
	return mux
}
