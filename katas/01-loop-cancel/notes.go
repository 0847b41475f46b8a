// Package loopcancel rebuilds the search index over the notes.
package loopcancel

import (
	"context"
	"fmt"
)

// A Note is one note of a user.
type Note struct {
	ID      string
	Title   string
	Content string
}

// An Entry is what the index knows of one note.
type Entry struct {
	NoteID string
	Terms  []string
}

// A Store holds the notes.
type Store interface {
	// All returns every note. When ctx ends it gives up and returns ctx.Err().
	All(ctx context.Context) ([]Note, error)
}

// An Analyzer finds the terms of a note. It works in memory and takes some
// milliseconds, a second for a long note.
type Analyzer interface {
	Analyze(n Note) (Entry, error)
}

// An Index answers searches.
type Index interface {
	// Publish replaces what the index knows, all at once.
	Publish(entries []Entry) error
}

// A Service rebuilds an index. It may be used by several goroutines.
type Service struct {
	store    Store
	analyzer Analyzer
	index    Index
}

// NewService returns a service that reads the store, analyzes its notes and
// publishes them in the index.
func NewService(store Store, analyzer Analyzer, index Index) *Service {
	return &Service{store: store, analyzer: analyzer, index: index}
}

// Rebuild analyzes every note and publishes the result. It returns how many
// notes are in the index now.
func (s *Service) Rebuild(ctx context.Context) (int, error) {
	notes, err := s.store.All(ctx)
	if err != nil {
		return 0, fmt.Errorf("rebuild: read the notes: %w", err)
	}
	entries := make([]Entry, 0, len(notes))
	for _, n := range notes {
		e, err := s.analyzer.Analyze(n)
		if err != nil {
			return 0, fmt.Errorf("rebuild: analyze note %s: %w", n.ID, err)
		}
		entries = append(entries, e)
	}
	if err := s.index.Publish(entries); err != nil {
		return 0, fmt.Errorf("rebuild: publish: %w", err)
	}
	return len(entries), nil
}
