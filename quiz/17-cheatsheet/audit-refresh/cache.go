package cache

import (
	"sync/atomic"
	"time"
)

type Cache struct{ closed atomic.Bool }

func NewCache(load func()) *Cache {
	c := &Cache{}
	go c.refresh(load) // ends with the process
	return c
}

func (c *Cache) refresh(load func()) {
	for range time.Tick(time.Minute) {
		if c.closed.Load() {
			return
		}
		load()
	}
}

func (c *Cache) Close() { c.closed.Store(true) }
