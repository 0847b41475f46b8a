//go:build ignore

// Package maprace keeps published notes in memory.
package maprace

import (
	"cmp"
	"errors"
	"maps"
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

	mu    sync.RWMutex
	notes map[string]Note
	reads map[string]*int // one for each note; the map is written with it

	reading atomic.Int64 // calls of Get and Reads, for the metrics
}

// NewStore returns an empty store. It takes the time from now, which asks the
// time service of the cluster, and calls created with every note that it has
// kept.
func NewStore(now func() time.Time, created func(Note)) *Store {
	return &Store{
		now:     now,
		created: created,
		notes:   make(map[string]Note),
		reads:   make(map[string]*int),
	}
}

// Create keeps a note under its ID and sets when it was created. If the ID is
// taken, Create changes nothing and returns ErrExists.
func (s *Store) Create(n Note) error {
	s.mu.RLock()
	_, taken := s.notes[n.ID]
	s.mu.RUnlock()
	if taken {
		return ErrExists
	}
	n.Created = s.now()

	s.mu.Lock()
	if _, taken := s.notes[n.ID]; taken { // since the look above
		s.mu.Unlock()
		return ErrExists
	}
	s.notes[n.ID] = n
	s.reads[n.ID] = new(int)
	s.mu.Unlock()

	s.created(n)
	return nil
}

// Get returns the note with this ID and counts the read. If there is no such
// note, it returns ErrNotFound and counts nothing.
func (s *Store) Get(id string) (Note, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	n, ok := s.notes[id]
	if !ok {
		return Note{}, ErrNotFound
	}
	s.reading.Add(1)
	defer s.reading.Add(-1)
	*s.reads[id]++ // reads the map; each note has a counter of its own
	return n, nil
}

// List returns all notes in the order of their IDs.
func (s *Store) List() []Note {
	s.mu.RLock()
	all := slices.Collect(maps.Values(s.notes))
	s.mu.RUnlock()
	slices.SortFunc(all, func(a, b Note) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Reads returns how often each note has been read.
func (s *Store) Reads() map[string]int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.reading.Add(1)
	defer s.reading.Add(-1)
	all := make(map[string]int, len(s.reads))
	for id, count := range s.reads {
		all[id] = *count
	}
	return all
}
