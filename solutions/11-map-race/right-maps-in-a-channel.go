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
	state   chan state // holds the one state while nobody works with it
}

// A state is what a Store keeps. Whoever has taken it out of the channel owns
// it, and puts it back.
type state struct {
	notes map[string]Note
	reads map[string]int
}

// NewStore returns an empty store. It takes the time from now, which asks the
// time service of the cluster, and calls created with every note that it has
// kept.
func NewStore(now func() time.Time, created func(Note)) *Store {
	s := &Store{now: now, created: created, state: make(chan state, 1)}
	s.state <- state{notes: make(map[string]Note), reads: make(map[string]int)}
	return s
}

// Create keeps a note under its ID and sets when it was created. If the ID is
// taken, Create changes nothing and returns ErrExists.
func (s *Store) Create(n Note) error {
	if err := s.keep(&n); err != nil {
		return err
	}
	s.created(n)
	return nil
}

func (s *Store) keep(n *Note) error {
	own := <-s.state
	defer func() { s.state <- own }()
	if _, taken := own.notes[n.ID]; taken {
		return ErrExists
	}
	n.Created = s.now()
	own.notes[n.ID] = *n
	return nil
}

// Get returns the note with this ID and counts the read. If there is no such
// note, it returns ErrNotFound and counts nothing.
func (s *Store) Get(id string) (Note, error) {
	own := <-s.state
	defer func() { s.state <- own }()
	n, ok := own.notes[id]
	if !ok {
		return Note{}, ErrNotFound
	}
	own.reads[id]++
	return n, nil
}

// List returns all notes in the order of their IDs.
func (s *Store) List() []Note {
	own := <-s.state
	all := slices.Collect(maps.Values(own.notes))
	s.state <- own
	slices.SortFunc(all, func(a, b Note) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// Reads returns how often each note has been read.
func (s *Store) Reads() map[string]int {
	own := <-s.state
	defer func() { s.state <- own }()
	return maps.Clone(own.reads)
}
