//go:build ignore

// Package retry saves notes in a store that is away for a moment now and then.
package retry

import (
	"context"
	"errors"
	"iter"
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
	bell := make(chan struct{}, 1)
	ring := func() {
		select {
		case bell <- struct{}{}:
		default:
		}
	}
	defer context.AfterFunc(ctx, ring)()
	var err error
	for i, wait := range s.policy.waits() {
		if i > 0 && ctx.Err() == nil {
			timer := time.AfterFunc(wait, ring)
			<-bell
			timer.Stop()
		}
		if i > 0 && ctx.Err() != nil {
			break
		}
		if err = s.store.Put(ctx, n); !errors.Is(err, ErrUnavailable) {
			break
		}
	}
	if err != nil && ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	return err
}

// waits yields the numbers of the tries, from 0, and the wait before each.
func (p Policy) waits() iter.Seq2[int, time.Duration] {
	return func(yield func(int, time.Duration) bool) {
		wait := time.Duration(0)
		for i := range p.Tries {
			if !yield(i, wait) {
				return
			}
			wait = max(p.First, min(2*wait, p.Longest))
		}
	}
}
