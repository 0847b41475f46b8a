// Package drops renames notes.
package drops

import (
	"context"
	"time"
)

// A Store keeps notes.
type Store interface {
	Load(ctx context.Context, id string) (string, error)
	Save(ctx context.Context, id, title string) error
}

// Rename gives a note a new title.
func Rename(ctx context.Context, s Store, id, title string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, err := s.Load(ctx, id); err != nil {
		return err
	}
	return s.Save(context.Background(), id, title)
}
