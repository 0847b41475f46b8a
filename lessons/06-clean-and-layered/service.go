package layered

import (
	"context"
	"log/slog"
)

// A Store keeps notes. A note that is not there is ErrNotFound.
type Store interface {
	Find(ctx context.Context, id string) (Note, error)
	Tags(ctx context.Context, id string) ([]string, error)
	Visit(ctx context.Context, id string) error
}

// A Service has the rules.
type Service struct {
	store Store
	log   *slog.Logger
}

// Open returns a note and records the visit. A visit that cannot be
// recorded is no reason to refuse the note.
func (s *Service) Open(ctx context.Context, id string) (Note, error) {
	n, err := s.store.Find(ctx, id)
	if err != nil {
		return Note{}, err
	}
	if err := s.store.Visit(ctx, id); err != nil {
		s.log.WarnContext(ctx, "visit not recorded",
			"note", id, "error", err)
	}
	return n, nil
}

// Tags returns the tags of a note. A missing note is an error, not an
// empty list.
func (s *Service) Tags(ctx context.Context, id string) ([]string, error) {
	if _, err := s.store.Find(ctx, id); err != nil {
		return nil, err
	}
	return s.store.Tags(ctx, id)
}
