package fanout

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// Gather asks all services at once. The first error ends ctx for the
// others, and Gather returns when every one of them has come back.
func Gather(ctx context.Context, calls []Call) (Page, error) {
	g, ctx := errgroup.WithContext(ctx)
	parts := make(Page, len(calls))
	for i, call := range calls {
		g.Go(func() (err error) {
			parts[i], err = call(ctx) // its own slot: no lock needed
			return err
		})
	}
	if err := g.Wait(); err != nil { // the join
		return nil, err
	}
	return parts, nil
}

// atOnce bounds the goroutines of one page, pageBudget its time.
const (
	atOnce     = 8
	pageBudget = 2 * time.Second
)

// GatherPage is Gather with a bound and a budget.
func GatherPage(ctx context.Context, calls []Call) (Page, error) {
	ctx, cancel := context.WithTimeout(ctx, pageBudget)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce) // from here on, Go waits for a free place
	parts := make(Page, len(calls))
	for i, call := range calls {
		g.Go(func() (err error) {
			if err = ctx.Err(); err == nil { // still wanted?
				parts[i], err = call(ctx)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return parts, nil
}
