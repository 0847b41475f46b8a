//go:build ignore

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

// A Service reads notes.
type Service struct {
	store Store
	slots chan struct{}
}

// NewService returns a service that reads from the store, with at most limit
// calls at once.
func NewService(store Store, limit int) *Service {
	return &Service{store: store, slots: make(chan struct{}, limit)}
}

// Notes returns the notes with these ids.
func (s *Service) Notes(ctx context.Context, ids []string) ([]Note, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	notes := make([]Note, len(ids))
	errs := make(chan error, len(ids))
	done := make(chan struct{})
	go func() {
		defer close(done)
		var wg sync.WaitGroup
		defer wg.Wait()
		for i, id := range ids {
			s.slots <- struct{}{}
			if ctx.Err() != nil {
				<-s.slots
				return
			}
			wg.Go(func() {
				defer func() { <-s.slots }()
				var err error
				if notes[i], err = s.store.Note(ctx, id); err != nil {
					errs <- fmt.Errorf("note %s: %w", id, err)
				}
			})
		}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case err := <-errs:
		return nil, err
	case <-done:
	}
	select {
	case err := <-errs:
		return nil, err
	default:
		return notes, nil
	}
}
