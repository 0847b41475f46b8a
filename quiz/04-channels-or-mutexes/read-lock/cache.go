package readlock

import "sync"

type Cache struct {
	mu    sync.RWMutex
	notes map[string]string // made by New, not shown
	hot   int
	turns int
}

func (c *Cache) Get(id string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.turns++
	return c.notes[id]
}

func (c *Cache) Put(id, note string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.notes[id] = note
	c.hot++
}
