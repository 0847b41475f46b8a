package contract

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// A Store keeps notes in a database.
type Store struct {
	Query func(ctx context.Context, id string) (Note, error)
}

// Get translates what database/sql says into the words of the domain.
func (s *Store) Get(ctx context.Context, id string) (Note, error) {
	note, err := s.Query(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return Note{}, fmt.Errorf("note %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return Note{}, fmt.Errorf("read note %s: %w", id, err)
	}
	return note, nil
}

// GetCut says the same to people and nothing to errors.Is.
func (s *Store) GetCut(
	ctx context.Context, id string,
) (Note, error) {
	note, err := s.Query(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return Note{}, fmt.Errorf("note %s: %v", id, ErrNotFound)
	}
	if err != nil {
		return Note{}, fmt.Errorf("read note %s: %v", id, err)
	}
	return note, nil
}
