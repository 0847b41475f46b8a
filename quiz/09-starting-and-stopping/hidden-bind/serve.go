// Package hiddenbind starts the notes service.
package hiddenbind

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Serve runs srv until ctx ends.
func Serve(ctx context.Context, srv *http.Server) error {
	go func() {
		err := srv.ListenAndServe()
		slog.Error("serve", "error", err)
	}()
	<-ctx.Done()
	root := context.WithoutCancel(ctx)
	end, cancel := context.WithTimeout(root, 5*time.Second)
	defer cancel()
	return srv.Shutdown(end)
}
