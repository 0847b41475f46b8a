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
	slots   chan struct{}
}

// NewService returns a service whose runs have that many workers, at least one.
func NewService(archive Archive, workers int) *Service {
	return &Service{archive: archive, workers: workers, slots: make(chan struct{}, workers)}
}

// Copy adds every note to the archive, with as many calls at the same time as
// there are workers. If a call fails, Copy returns its error.
func (s *Service) Copy(ctx context.Context, notes []Note) error {
	run, stop := context.WithCancel(ctx)
	defer stop()
	var (
		calls   sync.WaitGroup
		mu      sync.Mutex
		failure error
	)
	end := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if failure == nil {
			failure = err
		}
		stop()
	}
	for _, n := range notes {
		select {
		case s.slots <- struct{}{}:
		case <-run.Done():
		}
		if err := run.Err(); err != nil {
			end(err)
			break
		}
		calls.Go(func() {
			defer func() { <-s.slots }()
			if err := s.archive.Add(run, n); err != nil {
				if ended := run.Err(); ended != nil {
					end(ended)
					return
				}
				end(fmt.Errorf("copy note %s: %w", n.ID, err))
			}
		})
	}
	calls.Wait()
	return failure
}
