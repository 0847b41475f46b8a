//go:build ignore

package oncall

import (
	"context"
	"errors"
	"fmt"
)

// A store keeps notes in the database and hides what that says about failures.
type store struct {
	db DB
}

func newStore(db DB) *store { return &store{db} }

// load returns a note or errNotFound.
func (s *store) load(ctx context.Context, id string) (Note, error) {
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
	if err := s.db.Save(ctx, n); err != nil {
		return fmt.Errorf("save note %s: %w", n.ID, err)
	}
	return nil
}
