//go:build ignore

package oncall

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// A server is the whole service.
type server struct {
	Config
	check http.Client
	conns *semaphore.Weighted // of the database
	trail chan Entry
	notes sync.Map // of note ids; each a chan struct{} that holds one value while a write of the note is under way
}

// Run serves notes until ctx ends, and then lets the requests in flight finish.
func Run(ctx context.Context, cfg Config) error {
	s := &server{
		Config: cfg, conns: semaphore.NewWeighted(int64(cfg.Conns)), trail: make(chan Entry, cfg.Trail),
		check: http.Client{Transport: cfg.Transport, Timeout: 2500 * time.Millisecond},
	}
	serving, cancel := context.WithCancelCause(ctx)
	var requests, background sync.WaitGroup
	srv := &http.Server{
		Handler:           chain(s.routes(), tracked(&requests), timed(3*time.Second), sized(64<<10)),
		ReadHeaderTimeout: 3 * time.Second, ReadTimeout: 6 * time.Second, WriteTimeout: 12 * time.Second, IdleTimeout: 90 * time.Second,
		ErrorLog: slog.NewLogLogger(cfg.Log.Handler(), slog.LevelWarn),
	}
	background.Go(s.record)
	background.Go(func() { cancel(srv.Serve(cfg.Listener)) })

	<-serving.Done()
	err := context.Cause(serving)
	if ctx.Err() != nil {
		err = nil
	}
	bounded, stop := context.WithTimeout(context.Background(), 6*time.Second)
	defer stop()
	if late := srv.Shutdown(bounded); late != nil {
		err = errors.Join(err, late, srv.Close())
	}
	requests.Wait()
	close(s.trail)
	background.Wait()
	return errors.Join(err, cfg.DB.Close())
}

// record writes the trail, entry by entry, until it is closed.
func (s *server) record() {
	for e := range s.trail {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		if err := s.DB.Record(ctx, []Entry{e}); err != nil {
			s.Log.Error("record", "entry", e, "error", err)
		}
		cancel()
	}
}

type middleware func(http.Handler) http.Handler

// chain puts the first of the middlewares outside.
func chain(h http.Handler, all ...middleware) http.Handler {
	for i := len(all) - 1; i >= 0; i-- {
		h = all[i](h)
	}
	return h
}

func tracked(wg *sync.WaitGroup) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			wg.Add(1)
			defer wg.Done()
			next.ServeHTTP(w, r)
		})
	}
}

func timed(d time.Duration) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), d)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

func sized(n int64) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, n)
			next.ServeHTTP(w, r)
		})
	}
}
