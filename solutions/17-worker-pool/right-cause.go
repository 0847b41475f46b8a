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
func (s *Service) Copy(parent context.Context, notes []Note) error {
	ctx, fail := context.WithCancelCause(parent)
	defer fail(nil)
	queue := make(chan Note)
	var workers sync.WaitGroup
	for range s.workers {
		workers.Go(func() {
			for n := range queue {
				if err := s.archive.Add(ctx, n); err != nil {
					fail(&failure{n, err}) // the first one is kept
				}
			}
		})
	}
	complete := true
	for _, n := range notes {
		select {
		case queue <- n:
			continue
		case <-ctx.Done():
			complete = false
		}
		break
	}
	close(queue)
	workers.Wait()
	var first *failure
	switch {
	case errors.As(context.Cause(ctx), &first):
		return first
	case !complete:
		return parent.Err()
	}
	return nil
}

// A failure is why a run was stopped.
type failure struct {
	note  Note
	cause error
}

func (f *failure) Error() string { return fmt.Sprintf("copy note %s: %v", f.note.ID, f.cause) }
func (f *failure) Unwrap() error { return f.cause }
