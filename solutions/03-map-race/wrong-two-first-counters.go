//go:build ignore

// Package maprace keeps published notes in memory.
package maprace

import (
	"cmp"
	"errors"
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
	notes   sync.Map // string -> Note
	reads   sync.Map // string -> *atomic.Int64
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
	n.Created = s.now()
	if _, taken := s.notes.LoadOrStore(n.ID, n); taken {
		return ErrExists
	}
	s.created(n)
	return nil
}

// Get returns the note with this ID and counts the read. If there is no such
// note, it returns ErrNotFound and counts nothing.
func (s *Store) Get(id string) (Note, error) {
	n, ok := s.notes.Load(id)
	if !ok {
		return Note{}, ErrNotFound
	}
	reads, ok := s.reads.Load(id)
	if !ok {
		reads = new(atomic.Int64)
		s.reads.Store(id, reads)
	}
	reads.(*atomic.Int64).Add(1)
	return n.(Note), nil
}

// List returns all notes in the order of their IDs.
func (s *Store) List() []Note {
	var list []Note
	s.notes.Range(func(_, n any) bool {
		list = append(list, n.(Note))
		return true
	})
	slices.SortFunc(list, func(a, b Note) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Reads returns how often each note has been read.
func (s *Store) Reads() map[string]int {
	reads := make(map[string]int)
	s.reads.Range(func(id, n any) bool {
		reads[id.(string)] = int(n.(*atomic.Int64).Load())
		return true
	})
	return reads
}
