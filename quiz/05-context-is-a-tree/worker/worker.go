package worker

import (
	"context"
	"log/slog"
	"time"
)

type Job func(ctx context.Context) error

// Run works on jobs until the service stops and closes the channel.
func Run(ctx context.Context, jobs <-chan Job) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for job := range jobs {
		turn, end := context.WithTimeout(ctx, time.Minute)
		defer end()
		if err := job(turn); err != nil {
			slog.Error("job failed", "error", err)
		}
	}
}
