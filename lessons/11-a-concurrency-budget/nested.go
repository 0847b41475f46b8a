package budget

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// RestyleNested holds a slot for a note while the note's attachments
// ask for slots of the same budget.
func (s *Service) RestyleNested(
	ctx context.Context, notes []Note,
) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, note := range notes {
		g.Go(func() error {
			if err := s.Budget.Acquire(ctx); err != nil {
				return err
			}
			defer s.Budget.Release()
			for _, a := range note.Attachments {
				if err := s.draw(ctx, a); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}
