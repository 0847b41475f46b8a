//go:build ignore

// Package retry saves notes in a store that is away for a moment now and then.
package retry

import (
	"context"
	"errors"
	"time"
)

// A Note is one note of a user.
type Note struct {
	ID      string
	Title   string
	Content string
}

// ErrUnavailable says that the store could not be reached this time.
var ErrUnavailable = errors.New("store is unavailable")

// A Store keeps notes.
type Store interface {
	// Put sets the note with n's id. Doing it twice is the same as once. When
	// ctx ends it gives up and returns an error.
	Put(ctx context.Context, n Note) error
}

// A Policy says how often and when a call is tried. All of it is above zero.
type Policy struct {
	Tries   int           // at most, the first one included
	First   time.Duration // the wait before the second try; each further wait is twice the one before,
	Longest time.Duration // and never longer than this
}

// A Service saves notes. It may be used by several goroutines.
type Service struct {
	store  Store
	policy Policy
}

// NewService returns a service that saves in the store, by the policy.
func NewService(store Store, policy Policy) *Service {
	return &Service{store: store, policy: policy}
}

// Save saves a note. While the store is unavailable it tries again.
func (s *Service) Save(ctx context.Context, n Note) error {
	wait := s.policy.First
	for try := 1; ; try++ {
		err := s.store.Put(ctx, n)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !errors.Is(err, ErrUnavailable) || try >= s.policy.Tries {
			return err
		}
		if ended := pause(ctx, wait); ended != nil {
			return ended
		}
		wait = min(2*wait, s.policy.Longest)
	}
}

// pause waits for d, or returns the error of ctx when that ends before.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
