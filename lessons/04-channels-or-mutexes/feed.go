package shared

import "sync"

// Feed keeps new notes and reports each one to saved.
type Feed struct {
	mu    sync.Mutex
	notes []string // guarded by mu
	saved func(note string)
}

// NewFeed starts with no notes.
func NewFeed(saved func(note string)) *Feed { return &Feed{saved: saved} }

// Len returns how many notes there are.
func (f *Feed) Len() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.notes)
}

// AddNaive adds a note and reports it.
func (f *Feed) AddNaive(note string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.notes = append(f.notes, note)
	f.saved(note)
}

// Add adds a note and reports it.
func (f *Feed) Add(note string) {
	f.mu.Lock()
	f.notes = append(f.notes, note)
	f.mu.Unlock()
	f.saved(note)
}
