//go:build ignore

// Package maprace keeps published notes in memory.
package maprace

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"sync"
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

	mu    sync.Mutex // guards the maps
	notes map[string]Note
	reads map[string]int
}

// NewStore returns an empty store. It takes the time from now, which asks the
// time service of the cluster, and calls created with every note that it has
// kept.
func NewStore(now func() time.Time, created func(Note)) *Store {
	return &Store{
		now:     now,
		created: created,
		notes:   make(map[string]Note),
		reads:   make(map[string]int),
	}
}

// Create keeps a note under its ID and sets when it was created. If the ID is
// taken, Create changes nothing and returns ErrExists.
func (s *Store) Create(n Note) error {
	if s.taken(n.ID) {
		return ErrExists
	}
	n.Created = s.now()
	if !s.keep(n) {
		return ErrExists
	}
	s.created(n)
	return nil
}

// Get returns the note with this ID and counts the read. If there is no such
// note, it returns ErrNotFound and counts nothing.
func (s *Store) Get(id string) (Note, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.notes[id]
	if !ok {
		return Note{}, ErrNotFound
	}
	s.reads[id]++
	return n, nil
}

// List returns all notes in the order of their IDs.
func (s *Store) List() []Note {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.notes), func(a, b Note) int {
		return cmp.Compare(a.ID, b.ID)
	})
}

// Reads returns how often each note has been read.
func (s *Store) Reads() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

// taken reports whether a note has this ID at the moment.
func (s *Store) taken(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, taken := s.notes[id]
	return taken
}

// keep puts n in its place unless that is taken, and reports whether it did.
func (s *Store) keep(n Note) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.notes[n.ID]; taken {
		return false
	}
	s.notes[n.ID] = n
	return true
}
