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
	limit int
}

// NewService returns a service that reads from the store, with at most limit
// calls at once. The limit comes from the settings and is at least 1.
func NewService(store Store, limit int) *Service {
	return &Service{store: store, limit: limit}
}

// Notes returns the notes with these ids, in the order of the ids. If one of
// them cannot be read, Notes returns the error of the call that failed first.
func (s *Service) Notes(ctx context.Context, ids []string) ([]Note, error) {
	type answer struct {
		index int
		note  Note
		err   error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // tells the calls that are still running to stop

	answers := make(chan answer, s.limit)
	for i, id := range ids {
		go func() {
			note, err := s.store.Note(ctx, id)
			select {
			case answers <- answer{i, note, err}:
			case <-ctx.Done(): // nobody reads the answers any more
			}
		}()
	}

	notes := make([]Note, len(ids))
	for range ids {
		select {
		case a := <-answers:
			if a.err != nil {
				return nil, fmt.Errorf("note %s: %w", ids[a.index], a.err)
			}
			notes[a.index] = a.note
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return notes, nil
}
