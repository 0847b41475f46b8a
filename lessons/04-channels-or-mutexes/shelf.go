package shared

import "sync"

// Shelf keeps notes and counts their reads, with a lock for each map.
type Shelf struct {
	notesMu sync.Mutex
	notes   map[string]string // guarded by notesMu
	readsMu sync.Mutex
	reads   map[string]int // guarded by readsMu
}

// NewShelf starts with no notes.
func NewShelf() *Shelf {
	return &Shelf{notes: map[string]string{}, reads: map[string]int{}}
}

// GetNaive returns a note and counts the read.
func (s *Shelf) GetNaive(id string) string {
	s.notesMu.Lock()
	defer s.notesMu.Unlock()
	s.readsMu.Lock()
	defer s.readsMu.Unlock()
	s.reads[id]++
	return s.notes[id]
}

// DeleteNaive forgets a note and its reads.
func (s *Shelf) DeleteNaive(id string) {
	s.readsMu.Lock()
	defer s.readsMu.Unlock()
	s.notesMu.Lock()
	defer s.notesMu.Unlock()
	delete(s.reads, id)
	delete(s.notes, id)
}
