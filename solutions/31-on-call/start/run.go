//go:build ignore

package oncall

import (
	"context"
	"net/http"
)

// Run serves notes until ctx ends, and then lets the requests in flight finish.
func Run(ctx context.Context, cfg Config) error {
	defer func() { _ = cfg.DB.Close() }()
	trail := newTrail(cfg.DB, cfg.Log)
	notes := newService(newStore(cfg.DB), newChecker(cfg.Checker, cfg.Transport), trail)
	srv := &http.Server{Handler: newHandler(notes, cfg.Log)}

	go trail.run()
	go func() {
		if err := srv.Serve(cfg.Listener); err != nil {
			cfg.Log.Error("serve", "error", err)
		}
	}()

	<-ctx.Done()
	return srv.Shutdown(ctx)
}
