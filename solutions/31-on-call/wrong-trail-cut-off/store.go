//go:build ignore

package oncall

import (
	"context"
	"errors"
	"fmt"
)

// A store keeps notes in the database and hides what that says about failures.
type store struct {
	db    DB
	slots chan struct{} // one for each call that runs
}

func newStore(db DB, conns int) *store { return &store{db, make(chan struct{}, conns)} }

// load returns a note or errNotFound.
func (s *store) load(ctx context.Context, id string) (Note, error) {
	if err := s.acquire(ctx); err != nil {
		return Note{}, err
	}
	defer s.release()
	note, err := s.db.Load(ctx, id)
	switch {
	case errors.Is(err, ErrNoRow):
		return Note{}, errNotFound
	case err != nil:
		return Note{}, fmt.Errorf("load note %s: %w", id, err)
	}
	return note, nil
}

// save writes a note.
func (s *store) save(ctx context.Context, n Note) error {
	if err := s.acquire(ctx); err != nil {
		return err
	}
	defer s.release()
	if err := s.db.Save(ctx, n); err != nil {
		return fmt.Errorf("save note %s: %w", n.ID, err)
	}
	return nil
}

func (s *store) acquire(ctx context.Context) error {
	select {
	case s.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for a connection: %w", ctx.Err())
	}
}

func (s *store) release() { <-s.slots }
