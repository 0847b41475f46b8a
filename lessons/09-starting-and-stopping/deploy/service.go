package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// A Service starts and stops a handler. It stands for a process.
type Service struct {
	Handler http.Handler

	ready    atomic.Bool
	requests atomic.Int64 // under way
}

// What handlers and the deploy see when the service stops.
var (
	ErrStopping = errors.New("the service is stopping")
	ErrCut      = errors.New("requests were cut off")
)

const answerTime = 250 * time.Millisecond // for cancelled requests to respond

// Run serves until ctx ends or serving fails, then stops.
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
		s.leave()
	}
	return errors.Join(failed, stop(srv, cancel))
}

func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 3 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       60 * time.Second,
	}
}

// leave is not ready any more, and serves on until the balancer has
// noticed.
func (s *Service) leave() {
	if readyFirst.On() {
		s.ready.Store(false)
		time.Sleep(ms(noticeTime.Get()))
	}
}

// stop ends the server, with or without the requests under way.
func stop(srv *http.Server, cancel context.CancelCauseFunc) error {
	if graceful.On() {
		return drain(srv, cancel)
	}
	return srv.Close() // cuts them
}

// drain lets requests finish, then cancels them, then cuts them off.
func drain(srv *http.Server, cancel context.CancelCauseFunc) error {
	if shutdown(srv, ms(drainTime.Get())) == nil {
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

// Readyz tells the load balancer whether to send requests here.
func (s *Service) Readyz(w http.ResponseWriter, _ *http.Request) {
	if !s.ready.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }
