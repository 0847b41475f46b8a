package shared

import (
	"maps"
	"sync"
)

// Views counts how often each note was read. Do not copy it.
type Views struct {
	mu    sync.Mutex
	count map[string]int // guarded by mu
}

// NewViews starts with no note read.
func NewViews() *Views { return &Views{count: map[string]int{}} }

// Add counts one read.
func (v *Views) Add(id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.count[id]++
}

// Counts returns a copy; the map itself never leaves.
func (v *Views) Counts() map[string]int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.count)
}
