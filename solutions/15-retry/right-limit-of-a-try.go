//go:build ignore

// Package retry saves notes in a store that is away for a moment now and then.
package retry

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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

// tryLimit is for one try: one that hangs leaves time for another.
const tryLimit = 500 * time.Millisecond

// Save saves a note. While the store is unavailable it tries again.
func (s *Service) Save(ctx context.Context, n Note) error {
	wait := s.policy.First
	for try := 1; ; try++ {
		err := s.once(ctx, n)
		if !errors.Is(err, ErrUnavailable) || try >= s.policy.Tries {
			return err // nil, for good, or the last try
		}
		if stop := pause(ctx, wait/2+rand.N(wait/2+1)); stop != nil {
			return fmt.Errorf("%w after try %d: %w", stop, try, err)
		}
		wait = min(2*wait, s.policy.Longest)
	}
}

// once gives one try a limit of its own. A try that runs into it may be
// repeated while the caller has time left.
func (s *Service) once(ctx context.Context, n Note) error {
	try, cancel := context.WithTimeout(ctx, tryLimit)
	defer cancel()
	err := s.store.Put(try, n)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// pause waits for d. It comes back at once if ctx has ended, or will have by
// then: a wait that leaves no time to try is for nothing.
func pause(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= d {
		return context.DeadlineExceeded
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
