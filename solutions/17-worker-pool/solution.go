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
// there are workers. The first failure, or the end of ctx, stops the run.
func (s *Service) Copy(ctx context.Context, notes []Note) error {
	// The group's context ends with the first error, when the caller's does,
	// and when Wait returns: one way to reach everybody who takes part.
	group, ctx := errgroup.WithContext(ctx)

	// Whoever hands out the notes takes part as well, and is waited for. It is
	// the only one who knows whether notes are left, so it reports the end of
	// the context; a worker that sees a closed queue cannot tell.
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
	return group.Wait()
}
