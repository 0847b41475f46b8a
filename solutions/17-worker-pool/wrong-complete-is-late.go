//go:build ignore

// Package workerpool copies notes to an archive.
package workerpool

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// A Note is one note of a user.
type Note struct {
	ID      string
	Title   string
	Content string
}

// An Archive keeps copies of notes.
type Archive interface {
	// Add keeps a copy of a note. When ctx ends it gives up, which may take it
	// a moment, and returns an error.
	Add(ctx context.Context, n Note) error
}

// A Service copies notes to an archive. It may be used by several goroutines.
type Service struct {
	archive Archive
	workers int
}

// NewService returns a service whose runs have that many workers, at least one.
func NewService(archive Archive, workers int) *Service {
	return &Service{archive: archive, workers: workers}
}

// Copy adds every note to the archive, with as many calls at the same time as
// there are workers. If a call fails, Copy returns its error.
func (s *Service) Copy(ctx context.Context, notes []Note) error {
	caller := ctx
	group, ctx := errgroup.WithContext(ctx)
	queue := make(chan Note)
	group.Go(func() error {
		defer close(queue)
		for _, n := range notes {
			select {
			case queue <- n:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range s.workers {
		group.Go(func() error {
			for n := range queue {
				if err := s.archive.Add(ctx, n); err != nil {
					return fmt.Errorf("copy note %s: %w", n.ID, err)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return caller.Err()
}
