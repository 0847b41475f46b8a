//go:build ignore

// Package workerpool copies notes to an archive.
package workerpool

import (
	"context"
	"fmt"
	"sync"
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
	run, stop := context.WithCancel(ctx)
	defer stop()

	queue := make(chan Note, len(notes))
	for _, n := range notes {
		queue <- n
	}
	close(queue)

	var (
		running sync.WaitGroup
		mu      sync.Mutex
		failure error
	)
	for range s.workers {
		running.Go(func() {
			for n := range queue {
				if run.Err() != nil {
					return // stopped, the reason is known
				}
				err := s.archive.Add(run, n)
				if err == nil {
					continue
				}
				mu.Lock()
				if failure == nil {
					if failure = run.Err(); failure == nil {
						failure = fmt.Errorf("copy note %s: %w", n.ID, err)
					}
				}
				stop()
				mu.Unlock()
				return
			}
		})
	}
	running.Wait()
	if failure == nil && len(queue) > 0 {
		return ctx.Err()
	}
	return failure
}
