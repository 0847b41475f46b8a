// Package layers holds the programs of the lesson "Handler, service,
// store": creating a note, with each line in the layer it belongs to.
package layers

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// What the service reports, wrapped in detail.
var (
	ErrInvalid   = errors.New("invalid note")
	ErrForbidden = errors.New("not allowed")
	ErrConflict  = errors.New("key used for another note")
)

// A Note is one note.
type Note struct {
	ID, Notebook, Title, Content string
	Created                      time.Time
}

// A Create asks for a new note.
type Create struct {
	User, Notebook, Key string // who, where, and which request
	Title, Content      string
}

// A Key names one request of one user.
type Key struct{ User, Name string }

// A Store is what the service needs of a store, and no more.
type Store interface {
	// MayWrite says whether the user may write into the notebook.
	MayWrite(ctx context.Context, user, notebook string) (bool, error)
	// PutOnce keeps n under key, unless there is a note under it already.
	// Either way it returns the note under key, in one atomic step.
	PutOnce(ctx context.Context, key Key, n Note) (Note, error)
}

// A Service has the rules about notes.
type Service struct {
	store Store
	newID func() string
	now   func() time.Time
}

// NewService returns a service with its dependencies.
func NewService(s Store, newID func() string, now func() time.Time) *Service {
	return &Service{s, newID, now}
}

// Create makes a note, or returns the one it made under this key.
func (s *Service) Create(ctx context.Context, c Create) (Note, error) {
	if err := c.check(); err != nil {
		return Note{}, err
	}
	if err := s.mayWrite(ctx, c); err != nil {
		return Note{}, err
	}
	n := Note{s.newID(), c.Notebook, c.Title, c.Content, s.now()}
	kept, err := s.store.PutOnce(ctx, Key{c.User, c.Key}, n)
	if err != nil {
		return Note{}, fmt.Errorf("put note: %w", err)
	}
	if !kept.answers(c) {
		return Note{}, ErrConflict
	}
	return kept, nil
}

func (s *Service) mayWrite(ctx context.Context, c Create) error {
	may, err := s.store.MayWrite(ctx, c.User, c.Notebook)
	if err != nil {
		return fmt.Errorf("may %s write: %w", c.User, err)
	}
	if !may {
		return fmt.Errorf("write: %w", ErrForbidden)
	}
	return nil
}

const maxTitle = 200 // characters

// check has the rules that need nothing but the request.
func (c Create) check() error {
	switch n := utf8.RuneCountInString(c.Title); {
	case c.User == "" || c.Key == "":
		return fmt.Errorf("%w: no user or no key", ErrInvalid)
	case n == 0 || n > maxTitle:
		return fmt.Errorf("%w: title of %d", ErrInvalid, n)
	}
	return nil
}

// answers says whether n is what c asked for.
func (n Note) answers(c Create) bool {
	return n.Notebook == c.Notebook &&
		n.Title == c.Title && n.Content == c.Content
}

// Import creates a note for each request, without any HTTP.
func (s *Service) Import(ctx context.Context, all []Create) error {
	for i, c := range all {
		if _, err := s.Create(ctx, c); err != nil {
			return fmt.Errorf("note %d: %w", i, err)
		}
	}
	return nil
}
