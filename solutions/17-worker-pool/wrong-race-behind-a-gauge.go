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

	idle atomic.Int64 // workers that look for work, for the metrics
}

// NewService returns a service whose runs have that many workers, at least one.
func NewService(archive Archive, workers int) *Service {
	return &Service{archive: archive, workers: workers}
}

// Copy adds every note to the archive, with as many calls at the same time as
// there are workers. If a call fails, Copy returns its error.
func (s *Service) Copy(ctx context.Context, notes []Note) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var (
		mu      sync.Mutex
		next    int
		failure error
	)
	fail := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if failure == nil {
			failure = err
		}
		stop()
	}
	take := func() (n Note, ok bool) {
		s.idle.Add(1)
		defer s.idle.Add(-1)
		if next >= len(notes) {
			return Note{}, false
		}
		if ctx.Err() != nil {
			fail(ctx.Err())
			return Note{}, false
		}
		next++
		return notes[next-1], true
	}
	var running sync.WaitGroup
	for range s.workers {
		running.Go(func() {
			for n, ok := take(); ok; n, ok = take() {
				if err := s.archive.Add(ctx, n); err != nil {
					fail(fmt.Errorf("copy note %s: %w", n.ID, err))
				}
			}
		})
	}
	running.Wait()
	return failure
}
