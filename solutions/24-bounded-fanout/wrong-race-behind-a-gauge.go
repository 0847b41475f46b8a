//go:build ignore

// Package boundedfanout reads many notes at once from a store that other
// people use, too.
package boundedfanout

import (
	"context"
	"fmt"
	"sync/atomic"

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

	// slots has room for limit values, one for each call of the store that is
	// running. It belongs to the service: a limit that Notes makes for itself
	// would be multiplied by the calls of Notes.
	slots chan struct{}

	answers atomic.Int64 // that are being put in their place, for the metrics
}

// NewService returns a service that reads from the store, with at most limit
// calls at once. The limit comes from the settings and is at least 1.
func NewService(store Store, limit int) *Service {
	return &Service{store: store, slots: make(chan struct{}, limit)}
}

// Notes returns the notes with these ids, in the order of the ids. If one of
// them cannot be read, Notes returns the error of the call that failed first.
func (s *Service) Notes(ctx context.Context, ids []string) ([]Note, error) {
	// The group's context ends with the first failure and with the caller's.
	// Everything below waits on it, never on the caller's alone.
	group, ctx := errgroup.WithContext(ctx)

	notes := make([]Note, len(ids)) // a place for each id: nobody has to read while the loop starts calls
	read := 0
	var gaveUp error
	for i, id := range ids {
		// The slot comes first, then the goroutine. The ids that wait for
		// their turn wait here, in one loop, and not in a goroutine each.
		if gaveUp = s.acquire(ctx); gaveUp != nil {
			break
		}
		group.Go(func() error {
			defer s.release() // when the call has returned, whatever came of it
			note, err := s.store.Note(ctx, id)
			s.answers.Add(1)
			defer s.answers.Add(-1)
			if err != nil {
				return fmt.Errorf("note %s: %w", id, err)
			}
			notes[i] = note
			read++
			return nil
		})
	}

	if err := group.Wait(); err != nil {
		return nil, err // of the call that failed first
	}
	if read < len(ids) {
		return nil, gaveUp // no call failed, and some were never made
	}
	return notes, nil
}

// acquire waits for a slot until ctx ends.
func (s *Service) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err // with both ways open, the select below might take the slot
	}
	select {
	case s.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// release gives the slot of a call back.
func (s *Service) release() { <-s.slots }
