package cheatsheet

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Each runs do for all items, at most n > 0 at once, until one fails.
func Each[T any](
	ctx context.Context, n int, items []T,
	do func(context.Context, T) error,
) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(n)
	for _, item := range items {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err // an item failed, or the caller left
			}
			return do(ctx, item)
		})
	}
	return g.Wait() // one join point
}
