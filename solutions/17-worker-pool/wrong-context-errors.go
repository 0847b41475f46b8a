//go:build ignore

// Package workerpool copies notes to an archive.
package workerpool

import (
	"context"
	"errors"
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
	queue := make(chan Note)

	var (
		running sync.WaitGroup
		first   sync.Once
		failure error
	)
	for range s.workers {
		running.Go(func() {
			for n := range queue {
				if run.Err() != nil {
					return
				}
				err := s.archive.Add(run, n)
				if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
					continue
				}
				first.Do(func() {
					failure = fmt.Errorf("copy note %s: %w", n.ID, err)
					stop()
				})
				return
			}
		})
	}
	sent := 0
feed:
	for _, n := range notes {
		select {
		case queue <- n:
			sent++
		case <-run.Done():
			break feed
		}
	}
	close(queue)
	running.Wait()
	if failure != nil {
		return failure
	}
	if sent < len(notes) {
		return ctx.Err()
	}
	return nil
}
