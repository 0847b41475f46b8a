package budget

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Pool runs do for every id. The first error ends all of it.
func Pool(ctx context.Context, n int, ids []string, do Render) error {
	g, ctx := errgroup.WithContext(ctx)
	jobs := make(chan string)
	g.Go(func() error { return produce(ctx, jobs, ids) })
	for range n { // workers
		g.Go(func() error { return work(ctx, jobs, do) })
	}
	return g.Wait() // the join, and the first error
}

// produce sends every id unless ctx ends. Only the sender closes.
func produce(
	ctx context.Context, jobs chan<- string, ids []string,
) error {
	defer close(jobs)
	for _, id := range ids {
		select {
		case jobs <- id:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// work does jobs until one fails or jobs is closed.
func work(ctx context.Context, jobs <-chan string, do Render) error {
	for id := range jobs {
		if err := do(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
