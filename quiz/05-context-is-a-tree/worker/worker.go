package worker

import (
	"context"
	"log/slog"
	"time"
)

type Job func(ctx context.Context) error

// Run works on jobs until the service stops and closes the channel.
func Run(ctx context.Context, jobs <-chan Job) {
	for job := range jobs {
		limit := 10 * time.Minute
		jobCtx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		if err := job(jobCtx); err != nil {
			slog.ErrorContext(jobCtx, "job failed", "error", err)
		}
	}
}
