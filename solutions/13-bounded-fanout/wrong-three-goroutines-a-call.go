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
	slots chan struct{} // a value for each call of the store that is running
}

// NewService returns a service that reads from the store, with at most limit
// calls at once. The limit comes from the settings and is at least 1.
func NewService(store Store, limit int) *Service {
	return &Service{store: store, slots: make(chan struct{}, limit)}
}

// take waits for a slot. It prefers the end of ctx to a slot.
func (s *Service) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.slots <- struct{}{}:
		if err := ctx.Err(); err != nil {
			<-s.slots
			return err
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Notes returns the notes with these ids, in the order of the ids. If one of
// them cannot be read, Notes returns the error of the call that failed first.
func (s *Service) Notes(ctx context.Context, ids []string) ([]Note, error) {
	callCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	notes := make([]Note, len(ids))
	var all sync.WaitGroup
	for i, id := range ids {
		if err := s.take(callCtx); err != nil {
			cancel(err)
			break
		}
		type answer struct {
			note Note
			err  error
		}
		answers := make(chan answer, 1)
		done := make(chan struct{})
		all.Go(func() { // the call
			defer close(done)
			note, err := s.store.Note(callCtx, id)
			answers <- answer{note, err}
		})
		all.Go(func() { // the slot, whatever becomes of the answer
			<-done
			<-s.slots
		})
		all.Go(func() { // the answer
			a := <-answers
			if ctx.Err() != nil {
				cancel(ctx.Err())
			} else if a.err != nil {
				cancel(fmt.Errorf("note %s: %w", id, a.err))
			}
			notes[i] = a.note
		})
	}
	all.Wait()
	if callCtx.Err() != nil {
		return nil, fmt.Errorf("%w: %w", callCtx.Err(), context.Cause(callCtx))
	}
	return notes, nil
}
