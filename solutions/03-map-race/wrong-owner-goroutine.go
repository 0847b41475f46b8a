//go:build ignore

// Package maprace keeps published notes in memory.
package maprace

import (
	"cmp"
	"errors"
	"maps"
	"slices"
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
	do      chan func(notes map[string]Note, reads map[string]int)
}

// NewStore returns an empty store. It takes the time from now, which asks the
// time service of the cluster, and calls created with every note that it has
// kept.
func NewStore(now func() time.Time, created func(Note)) *Store {
	s := &Store{now: now, created: created, do: make(chan func(map[string]Note, map[string]int))}
	go s.own()
	return s
}

// own is the only goroutine that touches the maps.
func (s *Store) own() {
	notes, reads := make(map[string]Note), make(map[string]int)
	for do := range s.do {
		do(notes, reads)
	}
}

// Create keeps a note under its ID and sets when it was created. If the ID is
// taken, Create changes nothing and returns ErrExists.
func (s *Store) Create(n Note) error {
	result := make(chan error)
	s.do <- func(notes map[string]Note, _ map[string]int) {
		if _, taken := notes[n.ID]; taken {
			result <- ErrExists
			return
		}
		n.Created = s.now()
		notes[n.ID] = n
		result <- nil
	}
	if err := <-result; err != nil {
		return err
	}
	s.created(n)
	return nil
}

// Get returns the note with this ID and counts the read. If there is no such
// note, it returns ErrNotFound and counts nothing.
func (s *Store) Get(id string) (Note, error) {
	type result struct {
		note Note
		err  error
	}
	results := make(chan result)
	s.do <- func(notes map[string]Note, reads map[string]int) {
		n, ok := notes[id]
		if !ok {
			results <- result{err: ErrNotFound}
			return
		}
		reads[id]++
		results <- result{note: n}
	}
	r := <-results
	return r.note, r.err
}

// List returns all notes in the order of their IDs.
func (s *Store) List() []Note {
	result := make(chan []Note)
	s.do <- func(notes map[string]Note, _ map[string]int) { result <- slices.Collect(maps.Values(notes)) }
	all := <-result
	slices.SortFunc(all, func(a, b Note) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Reads returns how often each note has been read.
func (s *Store) Reads() map[string]int {
	result := make(chan map[string]int)
	s.do <- func(_ map[string]Note, reads map[string]int) { result <- maps.Clone(reads) }
	return <-result
}
