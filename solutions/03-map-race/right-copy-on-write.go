//go:build ignore

// Package maprace keeps published notes in memory.
package maprace

import (
	"errors"
	"maps"
	"slices"
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
	entries atomic.Pointer[map[string]*entry] // never written to, only replaced
}

// An entry is a note with its counter. The note in it does not change.
type entry struct {
	note  Note
	reads atomic.Int64
}

// NewStore returns an empty store. It takes the time from now, which asks the
// time service of the cluster, and calls created with every note that it has
// kept.
func NewStore(now func() time.Time, created func(Note)) *Store {
	s := &Store{now: now, created: created}
	s.entries.Store(&map[string]*entry{})
	return s
}

// Create keeps a note under its ID and sets when it was created. If the ID is
// taken, Create changes nothing and returns ErrExists.
func (s *Store) Create(n Note) error {
	for added := (*entry)(nil); ; {
		old := s.entries.Load()
		if _, taken := (*old)[n.ID]; taken {
			return ErrExists
		}
		if added == nil {
			n.Created = s.now()
			added = &entry{note: n}
		}
		next := maps.Clone(*old)
		next[n.ID] = added
		if s.entries.CompareAndSwap(old, &next) { // else somebody was faster: look again
			s.created(n)
			return nil
		}
	}
}

// Get returns the note with this ID and counts the read. If there is no such
// note, it returns ErrNotFound and counts nothing.
func (s *Store) Get(id string) (Note, error) {
	e, ok := (*s.entries.Load())[id]
	if !ok {
		return Note{}, ErrNotFound
	}
	e.reads.Add(1)
	return e.note, nil
}

// List returns all notes in the order of their IDs.
func (s *Store) List() []Note {
	entries := *s.entries.Load()
	all := make([]Note, 0, len(entries))
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		all = append(all, entries[id].note)
	}
	return all
}

// Reads returns how often each note has been read.
func (s *Store) Reads() map[string]int {
	all := make(map[string]int)
	for id, e := range *s.entries.Load() {
		all[id] = int(e.reads.Load())
	}
	return all
}
