package contract

import (
	"context"
	"fmt"
)

// A Service holds the rules.
type Service struct {
	Get func(ctx context.Context, id string) (Note, error) // the store's
}

// Open returns a note to its owner.
func (s *Service) Open(ctx context.Context, user, id string) (Note, error) {
	note, err := s.Get(ctx, id)
	if err != nil {
		return Note{}, fmt.Errorf("open for %s: %w", user, err)
	}
	if note.Owner != user {
		return Note{}, fmt.Errorf("open for %s: note %s: %w", user, id, ErrForbidden)
	}
	return note, nil
}
