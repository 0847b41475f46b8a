package budget

import (
	"context"
	"errors"
	"sync/atomic"
)

// ErrFull says that all slots are taken and the queue is full.
var ErrFull = errors.New("budget: queue is full")

// A Budget bounds the calls of a whole process, and the queue in front of
// them.
type Budget struct {
	slots   chan struct{}
	places  chan struct{} // a slot or a place in the queue: one for each caller
	refused atomic.Int64
}

// NewBudget lets limit calls run at once while up to queue others wait. Both
// come from the settings.
func NewBudget(limit, queue int) *Budget {
	return &Budget{
		slots:  make(chan struct{}, limit),
		places: make(chan struct{}, limit+queue),
	}
}

// Acquire waits for a slot until ctx ends, if the queue has room.
func (b *Budget) Acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err // a select might take the free slot
	}
	select {
	case b.places <- struct{}{}: // room for those inside and waiting
	default:
		b.refused.Add(1)
		return ErrFull
	}
	select {
	case b.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		<-b.places
		return ctx.Err()
	}
}

// Release gives a slot back.
func (b *Budget) Release() { <-b.slots; <-b.places }

// Stats are four lines of a dashboard.
type Stats struct{ Limit, InUse, Waiting, Refused int }

// Stats says how the budget is used now.
func (b *Budget) Stats() Stats {
	places, used := len(b.places), len(b.slots)
	return Stats{
		Limit: cap(b.slots), InUse: used,
		Waiting: max(0, places-used), Refused: int(b.refused.Load()),
	}
}
