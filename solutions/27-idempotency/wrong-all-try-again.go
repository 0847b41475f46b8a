//go:build ignore

// Package idempotency creates notes: one for each key, however often the client
// asks.
package idempotency

import (
	"context"
	"errors"
	"fmt"
	"sync"
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

	mu    sync.Mutex
	tries map[request]*try // those that run, and those that made a note
}

// A request is named by the client: the app makes up a key for each new note, and
// sends it again with each further try.
type request struct{ user, key string }

// A try is one call of the store.
type try struct {
	draft Draft
	done  chan struct{} // closed when note and err are there
	note  Note
	err   error
}

// NewService returns a service for the notes in store.
func NewService(store Store) *Service {
	return &Service{store: store, tries: map[request]*try{}}
}

// Create saves the draft as a new note. If the user has sent this key before, it
// returns the note of that time. If the draft was another one, it returns an error
// that wraps ErrConflict.
func (s *Service) Create(ctx context.Context, user, key string, d Draft) (Note, error) {
	r := request{user, key}
	s.mu.Lock()
	t, taken := s.tries[r]
	if !taken {
		t = &try{draft: d, done: make(chan struct{})}
		s.tries[r] = t
	}
	s.mu.Unlock()
	switch {
	case !taken:
		return s.run(ctx, r, t)
	case t.draft != d:
		return Note{}, fmt.Errorf("key %s: %w", key, ErrConflict)
	}
	select {
	case <-t.done:
	case <-ctx.Done():
		return Note{}, fmt.Errorf("wait for note: %w", ctx.Err())
	}
	if t.err == nil {
		return t.note, nil
	}
	t = &try{draft: d, done: make(chan struct{})}
	s.mu.Lock()
	s.tries[r] = t
	s.mu.Unlock()
	return s.run(ctx, r, t)
}

// run makes the call of the store.
func (s *Service) run(ctx context.Context, r request, t *try) (Note, error) {
	note, err := s.store.Add(ctx, r.user, t.draft)
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.note, t.err = note, err; err != nil {
		delete(s.tries, r)
		t.err = fmt.Errorf("add note: %w", err)
	}
	close(t.done)
	return t.note, t.err
}
