// Package shared holds the programs of the lesson "Channels or mutexes":
// what the requests of a notes service share, kept in ways that crash,
// hang or lie, and in ways that hold.
package shared

// NaiveViews counts how often each note was read.
type NaiveViews struct{ count map[string]int }

// NewNaiveViews starts with no note read.
func NewNaiveViews() *NaiveViews {
	return &NaiveViews{count: map[string]int{}}
}

// Add is called by every request that reads a note.
func (v *NaiveViews) Add(id string) { v.count[id]++ }
