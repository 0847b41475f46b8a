package budget

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Pool runs do for every id with a fixed number of workers. The first
// error ends the others, and when Pool returns nobody is left.
func Pool(
	ctx context.Context, workers int, ids []string, do Render,
) error {
	g, ctx := errgroup.WithContext(ctx)
	jobs := make(chan string)
	g.Go(func() error { return produce(ctx, jobs, ids) })
	for range workers {
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

// work does jobs until there are none, one fails, or ctx ends. Whether
// any are left is for produce to say.
func work(
	ctx context.Context, jobs <-chan string, do Render,
) error {
	for {
		select {
		case id, ok := <-jobs:
			if !ok {
				return nil
			}
			if err := do(ctx, id); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}
