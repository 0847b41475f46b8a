// Package onewayout keeps notes, one write at a time.
package onewayout

import (
	"context"
	"fmt"
)

type Store struct {
	turn  chan struct{} // one place, full while somebody writes
	write func(ctx context.Context, note string) error
}

func (s *Store) Create(ctx context.Context, note string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("too late for %q: %w", note, err)
	}
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if err := s.write(ctx, note); err != nil {
		return fmt.Errorf("write %q: %w", note, err)
	}
	return nil
}
