package shared

import (
	"slices"
	"sync"
)

// Tags are the tags of notes: read often, written seldom.
type Tags struct {
	mu sync.RWMutex
	of map[string][]string // note to tags, guarded by mu
}

// NewTags starts with no tags.
func NewTags() *Tags { return &Tags{of: map[string][]string{}} }

// Set replaces the tags of a note.
func (t *Tags) Set(note string, tags ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of[note] = tags
}

// Has reports whether note has tag.
func (t *Tags) Has(note, tag string) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return slices.Contains(t.of[note], tag)
}

// HasBothNaive reports whether note has a and b.
func (t *Tags) HasBothNaive(note, a, b string) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.Has(note, a) && t.Has(note, b)
}
