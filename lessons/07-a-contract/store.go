package contract

import (
	"context"
	"fmt"
	"time"
)

// A Memory store writes one note at a time. Make it with NewMemory.
type Memory struct {
	turn  chan struct{} // full while somebody writes
	takes time.Duration // one write
	newID func() string
	notes map[string]Note // guarded by turn
}

// NewMemory returns a store whose writes take that long.
func NewMemory(takes time.Duration, newID func() string) *Memory {
	return &Memory{make(chan struct{}, 1), takes, newID, map[string]Note{}}
}

// Create waits twice, and ctx ends both waits.
func (m *Memory) Create(ctx context.Context, in NewNote) (Note, error) {
	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	case <-ctx.Done():
		return Note{}, fmt.Errorf("wait to write: %w", ctx.Err())
	}
	written := time.NewTimer(m.takes) // stands for the disk
	defer written.Stop()
	select {
	case <-written.C:
		n := Note{m.newID(), in.Title, in.Content}
		m.notes[n.ID] = n
		return n, nil
	case <-ctx.Done():
		return Note{}, fmt.Errorf("write: %w", ctx.Err())
	}
}

// Len is how many notes there are.
func (m *Memory) Len() int {
	m.turn <- struct{}{}
	defer func() { <-m.turn }()
	return len(m.notes)
}
