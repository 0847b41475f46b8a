// Package lifecycle holds the programs of the lesson "Starting and
// stopping": a notes service that starts, stops and fails, in ways that
// cut requests and in ways that do not.
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

// A Service is what starts and stops together.
type Service struct {
	Handler http.Handler
	Store   io.Closer

	ready atomic.Bool
}

// What a request and main read when the service stops.
var (
	ErrStopping   = errors.New("the service is stopping")
	ErrCut        = errors.New("requests were cut off")
	ErrStoreHangs = errors.New("the store did not close in time")
)

const (
	noticeTime = 3 * time.Second // for the balancer to send no more
	drainTime  = 5 * time.Second // for requests to end by themselves
	answerTime = time.Second     // for cancelled ones to say so
	storeTime  = time.Second     // for the store to close
)

// Run serves until ctx ends or serving fails, then stops in order.
func (s *Service) Run(ctx context.Context, ln net.Listener) error {
	root := context.WithoutCancel(ctx) // the signal is not their end
	base, cancel := context.WithCancelCause(root)
	defer cancel(ErrStopping)
	srv := &http.Server{
		Handler:           s.Handler,
		ReadHeaderTimeout: 3 * time.Second, // below drainTime
		BaseContext: func(net.Listener) context.Context {
			return base
		},
	}
	served := make(chan error, 1) // room: nobody may be receiving
	go func() { served <- srv.Serve(ln) }()
	s.ready.Store(true)

	var failed error
	select {
	case failed = <-served: // it accepts nobody: no reason to stay
	case <-ctx.Done():
		s.ready.Store(false)
		time.Sleep(noticeTime)
	}
	return errors.Join(failed, drain(srv, cancel), closeStore(s.Store))
}

// drain ends what is in flight: by itself, cancelled, or cut off.
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

// shutdown has its own clock: the context of the signal is over.
func shutdown(srv *http.Server, d time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	return srv.Shutdown(ctx)
}

// closeStore gives up on a store that hangs: the process ends next.
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

// Readyz says whether the balancer should send requests here.
func (s *Service) Readyz(w http.ResponseWriter, _ *http.Request) {
	if !s.ready.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
