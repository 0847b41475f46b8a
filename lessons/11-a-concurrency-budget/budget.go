package budget

import (
	"context"
	"sync/atomic"
)

// A Budget bounds the calls of a whole process and says how it is used.
type Budget struct {
	slots   chan struct{}
	waiting atomic.Int64
	refused atomic.Int64
}

// NewBudget allows limit calls at once; limit comes from the settings.
func NewBudget(limit int) *Budget {
	return &Budget{slots: make(chan struct{}, limit)}
}

// Acquire waits for a slot until ctx ends.
func (b *Budget) Acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err // a select with both ways open may take the slot
	}
	b.waiting.Add(1)
	defer b.waiting.Add(-1)
	select {
	case b.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TryAcquire takes a slot or says at once that there is none.
func (b *Budget) TryAcquire() bool {
	select {
	case b.slots <- struct{}{}:
		return true
	default:
		b.refused.Add(1)
		return false
	}
}

// Release gives a slot back.
func (b *Budget) Release() { <-b.slots }

// Stats are the lines of a dashboard.
type Stats struct{ Limit, InUse, Waiting, Refused int }

// Stats says how the budget is used now.
func (b *Budget) Stats() Stats {
	return Stats{
		Limit: cap(b.slots), InUse: len(b.slots),
		Waiting: int(b.waiting.Load()), Refused: int(b.refused.Load()),
	}
}
