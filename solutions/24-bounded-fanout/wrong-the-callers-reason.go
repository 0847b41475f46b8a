//go:build ignore

// Package boundedfanout reads many notes at once from a store that other
// people use, too.
package boundedfanout

import (
	"context"
	"fmt"
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
	slots chan struct{} // one element for each call of the store under way
}

// NewService returns a service that reads from the store, with at most limit
// calls at once. The limit comes from the settings and is at least 1.
func NewService(store Store, limit int) *Service {
	return &Service{store: store, slots: make(chan struct{}, limit)}
}

// Notes returns the notes with these ids, in the order of the ids. If one of
// them cannot be read, Notes returns the error of the call that failed first.
func (s *Service) Notes(ctx context.Context, ids []string) ([]Note, error) {
	type answer struct {
		index int
		note  Note
		err   error
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil) // tells the calls that are still running to stop

	answers := make(chan answer)
	read := func(i int, id string) {
		note, err := s.store.Note(ctx, id)
		if err != nil {
			err = fmt.Errorf("note %s: %w", id, err)
			cancel(err)
		} else {
			select {
			case answers <- answer{index: i, note: note}:
			case <-ctx.Done(): // nobody reads the answers any more
			}
		}
		<-s.slots
	}

	notes := make([]Note, len(ids))
	for begun, done := 0, 0; done < len(ids); {
		slots := s.slots
		if begun == len(ids) {
			slots = nil // no more to begin
		}
		select {
		case slots <- struct{}{}:
			if ctx.Err() != nil {
				<-slots
				continue
			}
			go read(begun, ids[begun])
			begun++
		case a := <-answers:
			notes[a.index] = a.note
			done++
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	return notes, nil
}
