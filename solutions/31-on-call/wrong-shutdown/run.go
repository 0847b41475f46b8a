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
	srv := &http.Server{
		Handler:           newHandler(notes, cfg.Log),
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
		err = srv.Shutdown(ctx)
		<-served
	}
	stopJobs()
	running.Wait()
	return errors.Join(err, cfg.DB.Close())
}
