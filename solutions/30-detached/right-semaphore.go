//go:build ignore

// Package detached shares notes by mail.
package detached

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
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
	slots  *semaphore.Weighted // one for each mail that is being sent
	room   *semaphore.Weighted // one for each mail that is waiting or being sent
	limit  int64
	closed atomic.Bool

	open context.Context // ends when mails are to stop
	stop func()
}

// NewService returns a service that sends at most limit mails at the same time.
func NewService(store Store, mailer Mailer, log *slog.Logger, limit int) *Service {
	s := &Service{store: store, mailer: mailer, log: log, limit: int64(limit)}
	s.slots, s.room = semaphore.NewWeighted(s.limit), semaphore.NewWeighted(2*s.limit)
	s.open, s.stop = context.WithCancel(context.Background())
	return s
}

// Share finds a note and mails it to somebody. It doesn't wait for the mail.
func (s *Service) Share(ctx context.Context, id, to string) error {
	n, err := s.store.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("get note: %w", err)
	}
	if !s.room.TryAcquire(1) {
		return ErrBusy
	}
	if s.closed.Load() { // if it isn't, Close will wait for the place just taken
		s.room.Release(1)
		return ErrBusy
	}
	go func() {
		defer s.room.Release(1)
		ctx := detached{s.open, ctx}
		if err := s.send(ctx, to, n); err != nil {
			s.log.WarnContext(ctx, "mail not sent", "to", to, "error", err)
		}
	}()
	return nil
}

// A detached context has the values of one and the end of another.
type detached struct {
	context.Context
	values context.Context
}

func (d detached) Value(key any) any { return d.values.Value(key) }

// send waits for a free slot and sends the mail, whose time begins then.
func (s *Service) send(ctx context.Context, to string, n Note) error {
	if err := s.slots.Acquire(ctx, 1); err != nil {
		return err
	}
	defer s.slots.Release(1)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return s.mailer.Send(ctx, to, n)
}

// Close takes no more shares, and waits until all mails are over. If ctx ends
// first, it stops them and returns the error of ctx. It is called once, when the
// process stops.
func (s *Service) Close(ctx context.Context) error {
	s.closed.Store(true)
	defer s.stop()
	return s.room.Acquire(ctx, 2*s.limit)
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
