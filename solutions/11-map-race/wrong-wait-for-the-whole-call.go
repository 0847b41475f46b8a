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

	// mu guards the maps and nothing else. It is held for single steps in
	// memory, and never while somebody else's code runs: neither the clock nor
	// created is called under it.
	mu    sync.Mutex
	notes map[string]Note
	reads map[string]int
	asked map[string]chan struct{} // the calls that ask the clock, by ID
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
		asked:   make(map[string]chan struct{}),
	}
}

// Create keeps a note under its ID and sets when it was created. If the ID is
// taken, Create changes nothing and returns ErrExists.
func (s *Store) Create(n Note) error {
	done := make(chan struct{})
	if first, err := s.reserve(n.ID, done); err != nil {
		if first != nil {
			<-first // until the ID is certainly taken
		}
		return err
	}
	defer close(done)
	n.Created = s.now()
	s.mu.Lock()
	s.notes[n.ID] = n
	delete(s.asked, n.ID)
	s.mu.Unlock()
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
	s.reads[id]++ // a write, so this is not a case for a read lock
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
	// A copy: the map itself would be a way in that passes by the lock.
	return maps.Clone(s.reads)
}

// reserve takes a free ID for the call that closes done at its end. If another
// call asks the clock for it already, it returns the channel of that one.
func (s *Store) reserve(id string, done chan struct{}) (first <-chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.notes[id]; taken {
		return nil, ErrExists
	}
	if first, taken := s.asked[id]; taken {
		return first, ErrExists
	}
	s.asked[id] = done
	return nil, nil
}
