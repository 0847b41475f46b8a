package budget

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// RestyleNaive draws everything in a notebook at the same time.
func RestyleNaive(
	ctx context.Context, notes []Note, render Render,
) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, note := range notes {
		g.Go(func() error {
			for _, a := range note.Attachments {
				g.Go(func() error { return render(ctx, a) })
			}
			return nil
		})
	}
	return g.Wait()
}
