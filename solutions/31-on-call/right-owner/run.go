//go:build ignore

package oncall

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Run serves notes until ctx ends or serving fails.
func Run(ctx context.Context, cfg Config) error {
	d := openDesk(cfg)
	h := newHandler(&service{cfg.DB, d, newChecker(cfg.Checker, cfg.Transport)}, cfg.Log)
	base, cut := context.WithCancel(context.Background())
	defer cut()
	var requests sync.WaitGroup
	srv := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			defer requests.Done()
			h.ServeHTTP(w, r)
		}),
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: 4 * time.Second,
		ReadTimeout:       8 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       30 * time.Second,
	}

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := srv.Serve(cfg.Listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		ctx, cancel := context.WithTimeout(base, 5*time.Second)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			cut()
			return errors.Join(err, srv.Close())
		}
		return nil
	})
	err := group.Wait()
	requests.Wait()
	close(d.close)
	<-d.ended
	return errors.Join(err, cfg.DB.Close())
}
