//go:build ignore

package oncall

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Run serves notes until ctx ends, and then lets the requests in flight finish.
// If serving fails, it returns that error. What it has started has ended when it
// returns, and the database is closed.
func Run(ctx context.Context, cfg Config) error {
	trail := newTrail(cfg.DB, cfg.Log, cfg.Trail)
	notes := newService(newStore(cfg.DB, cfg.Conns), newChecker(cfg.Checker, cfg.Transport), trail)
	handlers := &counted{next: newHandler(notes, cfg.Log)}
	srv := &http.Server{
		Handler:           handlers,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      15 * time.Second, // more than the budget of a request
		IdleTimeout:       time.Minute,
	}

	jobs, stopJobs := context.WithCancel(context.WithoutCancel(ctx))
	defer stopJobs()
	var running sync.WaitGroup
	running.Go(func() { trail.run(jobs) })
	served := make(chan error, 1)
	go func() { served <- srv.Serve(cfg.Listener) }()

	var err error
	select {
	case err = <-served:
		err = errors.Join(fmt.Errorf("serve: %w", err), srv.Close())
	case <-ctx.Done():
		err = drain(ctx, srv)
		<-served
	}
	handlers.Wait()
	stopJobs()
	running.Wait()
	return errors.Join(err, cfg.DB.Close())
}

// grace is how long requests in flight may take to finish.
const grace = 7 * time.Second

// drain takes no more requests and waits for those in flight. What has not
// finished after the grace is cut off.
func drain(ctx context.Context, srv *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("drain: %w", err), srv.Close())
	}
	return nil
}

// counted knows which requests are at work: Close of a server does not wait for
// its handlers.
type counted struct {
	next http.Handler
	sync.WaitGroup
}

func (c *counted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.Add(1)
	defer c.Done()
	c.next.ServeHTTP(w, r)
}
