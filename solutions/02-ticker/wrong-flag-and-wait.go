//go:build ignore

// Package ticker keeps the notes of an open notebook in memory for a while.
package ticker

import (
	"sync"
	"sync/atomic"
	"time"
)

// A Note is one note of a user.
type Note struct {
	ID      string
	Title   string
	Content string
}

// A Cache keeps notes for a while. Each notebook that is open has one. It may be
// used by several goroutines.
type Cache struct {
	ttl     time.Duration
	evicted func(Note)
	closed  atomic.Bool
	janitor sync.WaitGroup

	mu    sync.Mutex // guards notes
	notes map[string]entry
}

type entry struct {
	note Note
	kept time.Time
}

// NewCache returns an empty cache. Once in every interval it sweeps: it removes
// the notes that have been there for ttl, and calls evicted with each of them.
func NewCache(ttl, interval time.Duration, evicted func(Note)) *Cache {
	c := &Cache{ttl: ttl, evicted: evicted, notes: make(map[string]entry)}
	c.janitor.Go(func() {
		for range time.Tick(interval) {
			if c.closed.Load() {
				return
			}
			c.sweep()
		}
	})
	return c
}

// Put keeps n, in place of an earlier note of the same ID.
func (c *Cache) Put(n Note) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.notes[n.ID] = entry{n, time.Now()}
}

// Get returns the note with this ID, and whether it is there.
func (c *Cache) Get(id string) (Note, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.notes[id]
	return e.note, ok
}

// Close is called when the notebook is closed. It drops all notes, without a call
// of evicted. It may be called again.
func (c *Cache) Close() {
	c.closed.Store(true)
	c.janitor.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.notes)
}

func (c *Cache) sweep() {
	var old []Note
	c.mu.Lock()
	for id, e := range c.notes {
		if time.Since(e.kept) >= c.ttl {
			old = append(old, e.note)
			delete(c.notes, id)
		}
	}
	c.mu.Unlock()
	for _, n := range old {
		c.evicted(n)
	}
}
