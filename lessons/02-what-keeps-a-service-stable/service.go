// Package stable holds the programs of the lesson "What keeps a service
// stable": a notes service in three layers, and what happens when one of its
// pillars is taken away.
package stable

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// A Note is one note.
type Note struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// ErrInvalid reports a note that breaks the rules.
var ErrInvalid = errors.New("invalid note")

// A Store keeps notes. Its methods return soon after ctx ends, with
// an error that wraps ctx.Err().
type Store interface {
	Find(ctx context.Context, id string) (Note, error)
	Add(ctx context.Context, n Note) error
}

// A Service has the rules.
type Service struct{ store Store }

// NewService keeps its notes in store.
func NewService(store Store) *Service { return &Service{store} }

// Create adds a note that keeps the rules.
func (s *Service) Create(ctx context.Context, n Note) error {
	if n.Title == "" {
		return fmt.Errorf("%w: it has no title", ErrInvalid)
	}
	if err := s.store.Add(ctx, n); err != nil {
		return fmt.Errorf("add note %s: %w", n.ID, err)
	}
	return nil
}

// Note returns the note with this id.
func (s *Service) Note(ctx context.Context, id string) (Note, error) {
	n, err := s.store.Find(ctx, id)
	if err != nil {
		return Note{}, fmt.Errorf("note %s: %w", id, err)
	}
	return n, nil
}

// exportAtOnce leaves two of the ten connections to other clients.
const exportAtOnce = 8

// Export finds all notes, a few at a time, until the first error or
// until ctx ends.
func Export(
	ctx context.Context, s Store, ids []string,
) ([]Note, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	notes := make([]Note, len(ids))
	slots := make(chan struct{}, exportAtOnce)
	var wg sync.WaitGroup
	for i, id := range ids {
		if !take(ctx, slots) {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			var err error
			if notes[i], err = s.Find(ctx, id); err != nil {
				stop(err)
			}
		})
	}
	wg.Wait()
	return notes, context.Cause(ctx)
}

// take waits for a slot, or until ctx ends.
func take(ctx context.Context, slots chan<- struct{}) bool {
	select {
	case slots <- struct{}{}:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
