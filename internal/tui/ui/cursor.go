package ui

import (
	"charm.land/bubbles/v2/key"

	"example.com/leakproof/internal/tui/keymap"
)

// Cursor is the place in a list that keys move.
type Cursor struct {
	At    int
	Moved bool // since the list was drawn: keep it in sight
}

// Moves are the keys that move the cursor through n things, each called what.
func (c *Cursor) Moves(n int, what string) []Action {
	move := func(b key.Binding, to func() int) Action {
		return On(keymap.Does(b, b.Help().Desc+" "+what), Do(func() {
			c.At = max(0, min(n-1, to()))
			c.Moved = true
		})).Hushed()
	}
	return []Action{
		move(keymap.Previous, func() int { return c.At - 1 }),
		move(keymap.Next, func() int { return c.At + 1 }),
		move(keymap.First, func() int { return 0 }),
		move(keymap.Last, func() int { return n - 1 }),
	}
}
