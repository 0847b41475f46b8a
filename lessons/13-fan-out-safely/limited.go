package fanout

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// GatherLimited bounds the burst and starts every call, come what may.
func GatherLimited(ctx context.Context, calls []Call) (Page, error) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	parts := make(Page, len(calls))
	for i, call := range calls {
		g.Go(func() (err error) {
			parts[i], err = call(ctx)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return parts, nil
}
