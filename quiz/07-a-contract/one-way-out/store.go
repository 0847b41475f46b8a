package onewayout

import (
	"context"
	"fmt"
)

type Store struct {
	turn  chan struct{} // one place, full while somebody writes
	write func(ctx context.Context, note string) error
	saved chan string // a counter reads it and does nothing else
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
	s.saved <- note
	return nil
}
