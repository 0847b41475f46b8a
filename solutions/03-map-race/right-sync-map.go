//go:build ignore

// Package maprace keeps published notes in memory.
package maprace

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Note is one published note. Its ID is the last part of its link, and its
// author has chosen it.
type Note struct {
	ID      string
	Title   string
	Content string
	Created time.Time // set by the Store
}

// The errors of a Store. Compare with errors.Is.
var (
	ErrExists   = errors.New("note already exists")
	ErrNotFound = errors.New("note not found")
)

// A Store keeps published notes and counts how often each of them is read.
// All requests of the process share one.
type Store struct {
	now     func() time.Time
	created func(Note)
	notes   sync.Map // of *entry, by the note's ID
}

// An entry is a note with its counter. The note in it does not change.
type entry struct {
	Note
	reads atomic.Int64
}

// NewStore returns an empty store. It takes the time from now, which asks the
// time service of the cluster, and calls created with every note that it has
// kept.
func NewStore(now func() time.Time, created func(Note)) *Store {
	return &Store{now: now, created: created}
}

// Create keeps a note under its ID and sets when it was created. If the ID is
// taken, Create changes nothing and returns ErrExists.
func (s *Store) Create(n Note) error {
	if _, taken := s.notes.Load(n.ID); taken {
		return fmt.Errorf("create note %q: %w", n.ID, ErrExists)
	}
	n.Created = s.now()
	if _, taken := s.notes.LoadOrStore(n.ID, &entry{Note: n}); taken {
		return fmt.Errorf("create note %q: %w", n.ID, ErrExists)
	}
	s.created(n)
	return nil
}

// Get returns the note with this ID and counts the read. If there is no such
// note, it returns ErrNotFound and counts nothing.
func (s *Store) Get(id string) (Note, error) {
	found, ok := s.notes.Load(id)
	if !ok {
		return Note{}, fmt.Errorf("get note %q: %w", id, ErrNotFound)
	}
	e := found.(*entry)
	e.reads.Add(1)
	return e.Note, nil
}

// List returns all notes in the order of their IDs.
func (s *Store) List() []Note {
	var all []Note
	for _, found := range s.notes.Range {
		all = append(all, found.(*entry).Note)
	}
	slices.SortFunc(all, func(a, b Note) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Reads returns how often each note has been read.
func (s *Store) Reads() map[string]int {
	all := make(map[string]int)
	for id, found := range s.notes.Range {
		if n := found.(*entry).reads.Load(); n > 0 {
			all[id.(string)] = int(n)
		}
	}
	return all
}
