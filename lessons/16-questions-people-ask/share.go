package questions

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

type traceKey struct{}

// WithTrace puts the request's trace id into its context.
func WithTrace(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, traceKey{}, id)
}

// TraceOf returns the trace id of ctx, or "".
func TraceOf(ctx context.Context) string {
	id, _ := ctx.Value(traceKey{}).(string)
	return id
}

// Mail sends an email; it may take until ctx ends.
type Mail func(ctx context.Context) error

// A Share answers at once and sends an email afterwards.
type Share struct {
	mail  Mail
	log   *slog.Logger
	mails sync.WaitGroup // under way
}

// NewShare sends its mails with mail and logs those that fail.
func NewShare(mail Mail, log *slog.Logger) *Share {
	return &Share{mail: mail, log: log}
}

// OnRequest sends the email under the request's own context.
func (s *Share) OnRequest(w http.ResponseWriter, r *http.Request) {
	s.send(r.Context(), func() {})
	w.WriteHeader(http.StatusAccepted)
}

// OnBackground sends it under a root that knows nothing about the request.
func (s *Share) OnBackground(w http.ResponseWriter, _ *http.Request) {
	s.send(context.Background(), func() {})
	w.WriteHeader(http.StatusAccepted)
}

// Detach keeps the values of ctx and ends after d.
func Detach(
	ctx context.Context, d time.Duration,
) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), d)
}

// Detached sends it with the request's values and its own deadline.
func (s *Share) Detached(w http.ResponseWriter, r *http.Request) {
	s.send(Detach(r.Context(), 10*time.Second))
	w.WriteHeader(http.StatusAccepted)
}

// send starts an email and counts it until it's done.
func (s *Share) send(ctx context.Context, cancel context.CancelFunc) {
	s.mails.Go(func() {
		defer cancel()
		if err := s.mail(ctx); err != nil {
			s.log.Warn("mail not sent",
				"trace", TraceOf(ctx), "err", err)
		}
	})
}

// Wait returns when no email is under way; call it after Shutdown.
func (s *Share) Wait() { s.mails.Wait() }
