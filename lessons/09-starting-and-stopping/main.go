package lifecycle

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

// Main is all of main but its os.Exit: signals end here.
func Main(run func(context.Context) error) (code int) {
	ctx, stop := signal.NotifyContext(context.Background(),
		os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends us at once
	if err := run(ctx); err != nil {
		slog.Error("notes ended", "error", err)
		return 1
	}
	return 0
}
