//go:build ignore

// Package boundedfanout reads many notes at once from a store that other
// people use, too.
package boundedfanout

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
	group, ctx := errgroup.WithContext(ctx)
	notes := make([]Note, len(ids))
	for i, id := range ids {
		s.slots <- struct{}{}
		group.Go(func() error {
			defer func() { <-s.slots }()
			if err := ctx.Err(); err != nil {
				return err
			}
			note, err := s.store.Note(ctx, id)
			if err != nil {
				return fmt.Errorf("note %s: %w", id, err)
			}
			notes[i] = note
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return notes, nil
}
