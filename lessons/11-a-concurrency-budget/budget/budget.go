package main

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// ErrFull says that all slots are taken and the queue is full.
var ErrFull = errors.New("budget: queue is full")

const mostWaiting = 60 // in a queue with a bound

// A Budget bounds the calls of the whole process, and the queue in front of
// them. Its limit may change at any time.
type Budget struct {
	mu      sync.Mutex
	inUse   int
	waiting []chan struct{} // the first one is next
}

// Acquire waits for a slot until ctx ends, if the queue has room.
func (b *Budget) Acquire(ctx context.Context) error {
	turn, err := b.enter()
	if err != nil {
		return err
	}
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		b.leave(turn)
		return ctx.Err()
	}
}

// enter joins the queue, if it has room, and leaves it for a free slot.
func (b *Budget) enter() (turn chan struct{}, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if queue.On() && len(b.waiting) >= mostWaiting {
		return nil, ErrFull
	}
	turn = make(chan struct{})
	b.waiting = append(b.waiting, turn)
	b.admit()
	return turn, nil
}

// admit gives the free slots to those that wait. Hold b.mu.
func (b *Budget) admit() {
	for b.inUse < limit.Get() && len(b.waiting) > 0 {
		b.inUse++
		close(b.waiting[0])
		b.waiting = b.waiting[1:]
	}
}

// Release gives a slot back.
func (b *Budget) Release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inUse--
	b.admit()
}

// leave gives up a place in the queue, or the slot that it has just been given.
func (b *Budget) leave(turn chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.Index(b.waiting, turn); i >= 0 {
		b.waiting = slices.Delete(b.waiting, i, i+1)
		return
	}
	b.inUse--
	b.admit()
}
