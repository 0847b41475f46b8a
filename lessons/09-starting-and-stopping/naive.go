package lifecycle

import (
	"context"
	"log/slog"
	"net"
	"net/http"
)

// ServeNaive is the last call in main.
func ServeNaive(
	ctx context.Context, srv *http.Server, ln net.Listener,
) error {
	go func() {
		<-ctx.Done() // SIGTERM
		_ = srv.Shutdown(context.Background())
	}()
	return srv.Serve(ln)
}

// ServeAndLog logs the server's error and waits for the signal.
func ServeAndLog(
	ctx context.Context, srv *http.Server, log *slog.Logger,
) error {
	go func() {
		if err := srv.ListenAndServe(); err != nil {
			log.Error("serve", "error", err)
		}
	}()
	log.Info("notes started")
	<-ctx.Done()
	return srv.Shutdown(context.WithoutCancel(ctx))
}

// RunHasty uses the signal's context for everything.
func RunHasty(
	ctx context.Context, srv *http.Server, ln net.Listener,
) error {
	srv.BaseContext = func(net.Listener) context.Context { return ctx }
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		return srv.Shutdown(ctx)
	}
}
