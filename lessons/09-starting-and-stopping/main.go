package lifecycle

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

// Main is all of main except os.Exit.
func Main(run func(context.Context) error) (code int) {
	ctx, stop := signal.NotifyContext(context.Background(),
		os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal kills the process
	if err := run(ctx); err != nil {
		slog.Error("notes ended", "error", err)
		return 1
	}
	return 0
}
