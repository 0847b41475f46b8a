//go:build ignore

// Package idempotency creates notes: one for each key, however often the client
// asks.
package idempotency

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/singleflight"
)

// A Draft is what the user has written.
type Draft struct{ Title, Content string }

// A Note is a draft that was saved.
type Note struct {
	ID, User string
	Draft    Draft
}

// ErrConflict says that a key can't be used for this request. The handler makes
// it a 409.
var ErrConflict = errors.New("the key is in use for another request")

// A Store keeps notes.
type Store interface {
	// Add saves a new note of the user's, under an id of its own. It knows nothing
	// of keys: if it's called twice, there are two notes. If it returns an error,
	// as it does when ctx ends, nothing was saved.
	Add(ctx context.Context, user string, d Draft) (Note, error)
}

// A Service creates notes. There's one for all requests, which come from several
// goroutines.
type Service struct {
	store Store

	flights singleflight.Group
	mu      sync.Mutex
	made    map[request]Note // what came of each request
}

// A request is named by the client: the app makes up a key for each new note, and
// sends it again with each further try.
type request struct{ user, key string }

// NewService returns a service for the notes in store.
func NewService(store Store) *Service {
	return &Service{store: store, made: map[request]Note{}}
}

// Create saves the draft as a new note. If the user has sent this key before, it
// returns the note of that time. If the draft was another one, it returns an error
// that wraps ErrConflict.
func (s *Service) Create(ctx context.Context, user, key string, d Draft) (Note, error) {
	r := request{user, key}
	flight := s.flights.DoChan(fmt.Sprintf("%q %q", user, key), func() (any, error) {
		s.mu.Lock()
		note, again := s.made[r]
		s.mu.Unlock()
		if again {
			return repeated(note, d)
		}
		note, err := s.store.Add(ctx, user, d)
		if err != nil {
			return Note{}, fmt.Errorf("add note: %w", err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.made[r] = note
		return note, nil
	})
	select {
	case got := <-flight:
		if got.Err != nil {
			return Note{}, got.Err
		}
		return repeated(got.Val.(Note), d)
	case <-ctx.Done():
		return Note{}, fmt.Errorf("wait for note: %w", ctx.Err())
	}
}

// repeated answers a request that comes again.
func repeated(n Note, d Draft) (Note, error) {
	if n.Draft != d {
		return Note{}, fmt.Errorf("key of note %s: %w", n.ID, ErrConflict)
	}
	return n, nil
}
