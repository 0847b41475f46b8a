// Package lifecycle has the programs of the lesson "Starting and stopping":
// a notes service that starts, fails and stops, with and without cutting
// requests off.
package lifecycle

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// A Service starts and stops a handler together with its store.
type Service struct {
	Handler http.Handler
	Store   io.Closer

	ready atomic.Bool
}

// What handlers and main see when the service stops.
var (
	ErrStopping   = errors.New("the service is stopping")
	ErrCut        = errors.New("requests were cut off")
	ErrStoreHangs = errors.New("the store did not close in time")
)

const (
	noticeTime = 3 * time.Second // for the load balancer to notice
	drainTime  = 5 * time.Second // for requests to finish
	answerTime = time.Second     // for cancelled requests to respond
	storeTime  = time.Second     // for the store to close
)

// Run serves until ctx ends or serving fails, then stops in order.
func (s *Service) Run(ctx context.Context, ln net.Listener) error {
	root := context.WithoutCancel(ctx) // requests outlive the signal
	base, cancel := context.WithCancelCause(root)
	defer cancel(ErrStopping)
	srv := newServer(s.Handler)
	srv.BaseContext = func(net.Listener) context.Context { return base }
	served := make(chan error, 1) // room, if nothing receives it
	go func() { served <- srv.Serve(ln) }()
	s.ready.Store(true)

	var failed error
	select {
	case failed = <-served:
	case <-ctx.Done(): // SIGTERM
		s.ready.Store(false)
		time.Sleep(noticeTime)
	}
	return errors.Join(failed, drain(srv, cancel), closeStore(s.Store))
}

// newServer sets all four timeouts.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 3 * time.Second, // below drainTime
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       60 * time.Second,
	}
}

// drain lets requests finish, then cancels them, then cuts them off.
func drain(srv *http.Server, cancel context.CancelCauseFunc) error {
	if shutdown(srv, drainTime) == nil {
		return nil
	}
	cancel(ErrStopping)
	if shutdown(srv, answerTime) == nil {
		return nil
	}
	return errors.Join(ErrCut, srv.Close())
}

// shutdown has its own clock, because the signal's context has ended.
func shutdown(srv *http.Server, d time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	return srv.Shutdown(ctx)
}

// closeStore gives up on a store that hangs: the process exits next.
func closeStore(s io.Closer) error {
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	select {
	case err := <-closed:
		return err
	case <-time.After(storeTime):
		return ErrStoreHangs
	}
}

// Readyz tells the load balancer whether to send requests here.
func (s *Service) Readyz(w http.ResponseWriter, _ *http.Request) {
	if !s.ready.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
