package layers

import (
	"context"
	"errors"
	"fmt"
)

// A DB is a database with a unique index over the key of a note.
type DB interface {
	Insert(ctx context.Context, key Key, n Note) error
	ByKey(ctx context.Context, key Key) (Note, error)
	CanWrite(ctx context.Context, user, notebook string) (bool, error)
}

// What a DB says.
var (
	ErrReset = errors.New("connection reset by peer")
	ErrTaken = errors.New("duplicate key value violates unique constraint")
	ErrNoRow = errors.New("no row in the result")
)

// A DBStore keeps notes in a database.
type DBStore struct {
	DB    DB
	Retry Retry
}

// PutOnce is safe to repeat: there is a unique index on the key.
func (s *DBStore) PutOnce(
	ctx context.Context, key Key, n Note,
) (kept Note, err error) {
	err = s.Retry.Do(ctx, func(ctx context.Context) error {
		kept = n
		err := s.DB.Insert(ctx, key, n)
		if errors.Is(err, ErrTaken) {
			kept, err = s.DB.ByKey(ctx, key)
		}
		return translate(err)
	})
	return kept, err
}

// MayWrite only reads, so it is safe to repeat.
func (s *DBStore) MayWrite(
	ctx context.Context, user, notebook string,
) (may bool, err error) {
	err = s.Retry.Do(ctx, func(ctx context.Context) error {
		may, err = s.DB.CanWrite(ctx, user, notebook)
		return translate(err)
	})
	return may, err
}

// translate marks what may pass in a moment. The driver's own error is
// there for the log, not for errors.Is.
func translate(err error) error {
	if errors.Is(err, ErrReset) {
		return fmt.Errorf("%w: %v", ErrTransient, err)
	}
	return err
}
