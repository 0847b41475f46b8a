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
		content, err := s.open(ctx, id)
		if errors.Is(err, ErrNotFound) {
			continue // deleted since the list was made
		}
		if err != nil {
			return fmt.Errorf("open note %s: %w", id, err)
		}
		_, err = io.Copy(w, content)
		if err := errors.Join(err, content.Close()); err != nil {
			return fmt.Errorf("export note %s: %w", id, err)
		}
	}
	return nil
}

// open asks the store for a note and gives up after the limit. Whoever gets a
// reader gets the context with it and ends both by Close. Without a reader there
// is nobody else to end the context.
func (s *Service) open(ctx context.Context, id string) (io.ReadCloser, error) {
	call, cancel := context.WithCancel(ctx)
	limit := time.AfterFunc(s.limit, cancel)
	content, err := s.store.Open(call, id)
	limit.Stop()
	if err != nil {
		cancel()
		return nil, err
	}
	return &limited{content, cancel}, nil
}

// limited is a reader whose context ends when it is closed.
type limited struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (l *limited) Close() error {
	defer l.cancel()
	return l.ReadCloser.Close()
}
