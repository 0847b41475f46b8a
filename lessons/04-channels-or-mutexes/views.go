package shared

import (
	"maps"
	"sync"
)

// Views counts how often each note was read.
// Its zero value is ready for use; do not copy it.
type Views struct {
	mu    sync.Mutex
	count map[string]int // guarded by mu
}

// Add is called by every request that reads a note.
func (v *Views) Add(id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.count == nil {
		v.count = map[string]int{}
	}
	v.count[id]++
}

// Counts returns a copy; the map itself never leaves.
func (v *Views) Counts() map[string]int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.count)
}
