//go:build ignore

// Package boundedfanout reads many notes at once from a store that other
// people use, too.
package boundedfanout

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
	slots chan struct{} // holds a value for each call that is running
}

// NewService returns a service that reads from the store, with at most limit
// calls at once. The limit comes from the settings and is at least 1.
func NewService(store Store, limit int) *Service {
	return &Service{store: store, slots: make(chan struct{}, limit)}
}

// Notes returns the notes with these ids, in the order of the ids. If one of
// them cannot be read, Notes returns the error of the call that failed first.
func (s *Service) Notes(ctx context.Context, ids []string) ([]Note, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	var (
		workers sync.WaitGroup
		next    atomic.Int64 // the first id that no worker has taken
		over    sync.Once
		first   error
		notes   = make([]Note, len(ids))
	)
	for range min(cap(s.slots), len(ids)) {
		workers.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(ids)); i = next.Add(1) - 1 {
				note, err := s.note(ctx, ids[i])
				if err != nil {
					over.Do(func() {
						first = fmt.Errorf("note %s: %w", ids[i], err)
						cancel()
					})
					return
				}
				notes[i] = note
			}
		})
	}
	workers.Wait()
	if first != nil {
		return nil, first
	}
	return notes, nil
}

// note reads one note, within the limit of the service.
func (s *Service) note(ctx context.Context, id string) (Note, error) {
	if ctx.Err() != nil {
		return Note{}, ctx.Err()
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
		return s.store.Note(ctx, id)
	case <-ctx.Done():
		return Note{}, ctx.Err()
	}
}
