package layers

import (
	"context"
	"errors"
	"time"
)

// A PlainDB takes every row that it is given.
type PlainDB interface {
	Add(ctx context.Context, key Key, n Note) error
	ByKey(ctx context.Context, key Key) (Note, error)
}

// A PlainStore keeps notes in a PlainDB.
type PlainStore struct {
	DB    PlainDB
	Retry Retry
}

// Add saves n, and again when no answer comes.
func (s *PlainStore) Add(ctx context.Context, key Key, n Note) error {
	return s.Retry.Do(ctx, func(ctx context.Context) error {
		return translate(s.DB.Add(ctx, key, n))
	})
}

// AddUnknown looks for the key, and adds the note if it is not there.
func (s *PlainStore) AddUnknown(
	ctx context.Context, key Key, n Note,
) (Note, error) {
	kept, err := s.DB.ByKey(ctx, key)
	if errors.Is(err, ErrNoRow) {
		return n, s.DB.Add(ctx, key, n)
	}
	return kept, err
}

// RetrySleep tries op up to four times, with growing waits.
func RetrySleep(ctx context.Context, op Op) (err error) {
	wait := 100 * time.Millisecond
	for range 4 {
		if err = op(ctx); err == nil {
			return nil
		}
		time.Sleep(wait)
		wait *= 2
	}
	return err
}
