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
	locks   sync.Map // of *sync.Mutex, by the note's ID
	notes   map[string]Note
	reads   map[string]int
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
	unlock := s.lock(n.ID)
	if _, taken := s.notes[n.ID]; taken {
		unlock()
		return ErrExists
	}
	n.Created = s.now()
	s.notes[n.ID] = n
	unlock()
	s.created(n)
	return nil
}

// Get returns the note with this ID and counts the read. If there is no such
// note, it returns ErrNotFound and counts nothing.
func (s *Store) Get(id string) (Note, error) {
	defer s.lock(id)()
	n, ok := s.notes[id]
	if !ok {
		return Note{}, ErrNotFound
	}
	s.reads[id]++
	return n, nil
}

// List returns all notes in the order of their IDs.
func (s *Store) List() []Note {
	return slices.SortedFunc(maps.Values(s.notes), func(a, b Note) int {
		return cmp.Compare(a.ID, b.ID)
	})
}

// Reads returns how often each note has been read.
func (s *Store) Reads() map[string]int {
	return maps.Clone(s.reads)
}

// lock locks the note with this ID, so that requests for other notes go on.
func (s *Store) lock(id string) (unlock func()) {
	mu, _ := s.locks.LoadOrStore(id, new(sync.Mutex))
	mu.(*sync.Mutex).Lock()
	return mu.(*sync.Mutex).Unlock
}
