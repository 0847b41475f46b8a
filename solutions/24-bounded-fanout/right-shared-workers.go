//go:build ignore

// Package boundedfanout reads many notes at once from a store that other
// people use, too.
package boundedfanout

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

// A Store keeps the notes.
type Store interface {
	// Note returns the note with this id. When ctx ends it gives up and returns
	// an error in which errors.Is finds that of ctx; or the note, if that was
	// as good as there. Giving up may take it a while.
	Note(ctx context.Context, id string) (Note, error)
}

// A Service reads notes. It may be used by several goroutines.
type Service struct {
	store Store
	limit int

	mu      sync.Mutex
	jobs    []job // not begun yet
	workers int   // that run; each makes one call at a time and ends when there is no job
}

// A job is one id of one call of Notes.
type job struct {
	ctx  context.Context
	id   string
	done func(Note, error) // does not wait
}

// NewService returns a service that reads from the store, with at most limit
// calls at once. The limit comes from the settings and is at least 1.
func NewService(store Store, limit int) *Service {
	return &Service{store: store, limit: limit}
}

// Notes returns the notes with these ids, in the order of the ids. If one of
// them cannot be read, Notes returns the error of the call that failed first.
func (s *Service) Notes(ctx context.Context, ids []string) ([]Note, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	var (
		mu     sync.Mutex
		left   = len(ids)
		notes  = make([]Note, len(ids))
		result = make(chan error, 1) // the first failure, or nil when all is there
	)
	jobs := make([]job, len(ids))
	for i, id := range ids {
		jobs[i] = job{ctx, id, func(note Note, err error) {
			mu.Lock()
			defer mu.Unlock()
			notes[i] = note
			if left--; err == nil && left > 0 {
				return
			}
			if err != nil {
				err = fmt.Errorf("note %s: %w", id, err)
			}
			select {
			case result <- err:
			default: // it was decided before
			}
		}}
	}
	s.add(jobs)
	select {
	case err := <-result:
		if err != nil {
			return nil, err
		}
		return notes, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// add puts jobs into the queue and starts the workers that are missing.
func (s *Service) add(jobs []job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs = append(s.jobs, jobs...)
	for range min(len(jobs), s.limit-s.workers) {
		s.workers++
		go s.work()
	}
}

func (s *Service) work() {
	for {
		s.mu.Lock()
		if len(s.jobs) == 0 {
			s.workers--
			s.mu.Unlock()
			return
		}
		j := s.jobs[0]
		s.jobs = s.jobs[1:]
		s.mu.Unlock()
		if err := j.ctx.Err(); err != nil {
			j.done(Note{}, err)
			continue
		}
		j.done(s.store.Note(j.ctx, j.id))
	}
}
