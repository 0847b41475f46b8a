package budget

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// A Service restyles notebooks. All its requests share one budget.
type Service struct {
	Budget *Budget
	Render Render
}

// perRequest bounds the goroutines that one request may start.
const perRequest = 16

// Restyle draws every attachment. The first error stops the rest.
func (s *Service) Restyle(ctx context.Context, notes []Note) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(perRequest)
	for _, note := range notes {
		for _, a := range note.Attachments {
			g.Go(func() error { return s.draw(ctx, a) })
		}
	}
	return g.Wait()
}

// draw holds a slot for one call and no longer.
func (s *Service) draw(ctx context.Context, attachment string) error {
	if err := s.Budget.Acquire(ctx); err != nil {
		return err
	}
	defer s.Budget.Release()
	return s.Render(ctx, attachment)
}
