//go:build ignore

// Package workerpool copies notes to an archive.
package workerpool

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
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
	run, stop := context.WithCancelCause(ctx)
	defer stop(nil)

	var (
		running     sync.WaitGroup
		next, added atomic.Int64
	)
	for range s.workers {
		running.Go(func() {
			for run.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(notes) {
					return
				}
				if err := s.archive.Add(run, notes[i]); err != nil {
					stop(fmt.Errorf("copy note %s: %w", notes[i].ID, err))
					return
				}
				added.Add(1)
			}
		})
	}
	running.Wait()
	if int(added.Load()) == len(notes) {
		return nil
	}
	return context.Cause(run)
}
