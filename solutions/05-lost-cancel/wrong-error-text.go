//go:build ignore

// Package lostcancel exports the notes of all users, for the archive.
package lostcancel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// ErrNotFound is what a store answers when it has no such note.
var ErrNotFound = errors.New("note not found")

// A Store holds the notes.
type Store interface {
	// Open begins to read the content of a note. ctx is for the whole of it:
	// when it ends, Open returns its error, and so does a Read of what Open
	// has returned. Whoever gets a reader closes it.
	Open(ctx context.Context, id string) (io.ReadCloser, error)
}

// A Service exports notes. It may be used by several goroutines.
type Service struct {
	store Store
	limit time.Duration
}

// NewService returns a service that exports the notes of a store. For each note
// the store has to answer within the limit.
func NewService(store Store, limit time.Duration) *Service {
	return &Service{store: store, limit: limit}
}

// Export writes the contents of the notes to w, one after another. Notes that
// the store does not have any more are left out. If a note cannot be opened
// within the limit, read or written, Export returns an error.
//
// The limit is for the answer of the store. Reading takes as long as it takes:
// some notes have films in them.
func (s *Service) Export(ctx context.Context, ids []string, w io.Writer) error {
	for _, id := range ids {
		if err := s.exportNote(ctx, id, w); err != nil {
			return err
		}
	}
	return nil
}

// exportNote writes the content of one note to w. Its context ends with it.
func (s *Service) exportNote(ctx context.Context, id string, w io.Writer) error {
	call, cancel := context.WithCancel(ctx)
	defer cancel()
	limit := time.AfterFunc(s.limit, cancel)
	content, err := s.store.Open(call, id)
	limit.Stop()
	if errors.Is(err, ErrNotFound) {
		return nil // deleted since the list was made
	}
	if err != nil {
		return fmt.Errorf("note %s: the store did not open it: %v", id, err)
	}
	defer content.Close()
	if _, err = io.Copy(w, content); err != nil {
		return fmt.Errorf("note %s: the store did not send all of it: %v", id, err)
	}
	return nil
}
