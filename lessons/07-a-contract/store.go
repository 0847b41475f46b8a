package contract

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// A Memory store writes one note at a time. Its zero value is not usable.
type Memory struct {
	turn  chan struct{} // full while somebody writes
	takes time.Duration // one write
	newID func() string
	notes map[string]Note // belongs to whoever has the turn
}

// NewMemory takes that long for each write and asks newID for ids.
func NewMemory(takes time.Duration, newID func() string) *Memory {
	return &Memory{make(chan struct{}, 1), takes, newID, map[string]Note{}}
}

// Create has two waits, and ctx ends each of them.
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

// CreateBehind comes back in time. The write does not.
func (m *Memory) CreateBehind(
	ctx context.Context, in NewNote) (Note, error) {
	type result struct {
		note Note
		err  error
	}
	done := make(chan result, 1)
	go func() {
		n, err := m.Create(context.WithoutCancel(ctx), in)
		done <- result{n, err}
	}()
	select {
	case r := <-done:
		return r.note, r.err
	case <-ctx.Done():
		return Note{}, ctx.Err()
	}
}

// Len is how many notes there are.
func (m *Memory) Len() int {
	m.turn <- struct{}{}
	defer func() { <-m.turn }()
	return len(m.notes)
}

// A Deaf store takes its time, whatever its context says.
type Deaf struct {
	Takes time.Duration
	mu    sync.Mutex
	notes []Note
}

// Create stores a note, sooner or later.
func (d *Deaf) Create(_ context.Context, in NewNote) (Note, error) {
	time.Sleep(d.Takes)
	d.mu.Lock()
	defer d.mu.Unlock()
	n := Note{NewID(), in.Title, in.Content}
	d.notes = append(d.notes, n)
	return n, nil
}

// Len is how many notes there are.
func (d *Deaf) Len() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.notes)
}
