package fourhabits

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// CountWords adds up the words of all notes. It stops when ctx ends.
func CountWords(ctx context.Context, notes []Note,
	count func(Note) int) (int, error) {
	total := 0
	for i, n := range notes {
		if err := ctx.Err(); err != nil {
			return 0, fmt.Errorf("stopped at note %d: %w", i, err)
		}
		total += count(n)
	}
	return total, nil
}

// A Budget limits how much of something runs at once.
type Budget struct{ slots chan struct{} }

// NewBudget allows limit at once; the limit comes from the configuration.
func NewBudget(limit int) *Budget {
	return &Budget{make(chan struct{}, limit)}
}

// Acquire waits for a slot, or until ctx ends.
func (b *Budget) Acquire(ctx context.Context) error {
	select {
	case b.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Release returns a slot.
func (b *Budget) Release() { <-b.slots }

// InUse and Limit are two lines on the dashboard.
func (b *Budget) InUse() int { return len(b.slots) }
func (b *Budget) Limit() int { return cap(b.slots) }

// A SaveFunc saves one note and gives up when its context ends.
type SaveFunc func(context.Context, Note) error

// Import saves notes with as many goroutines as b has slots.
func Import(ctx context.Context, b *Budget,
	notes []Note, save SaveFunc) error {
	errs := make([]error, len(notes))
	var wg sync.WaitGroup
	for i, n := range notes {
		if errs[i] = b.Acquire(ctx); errs[i] != nil {
			break // the caller has left
		}
		wg.Go(func() {
			defer b.Release()
			errs[i] = save(ctx, n)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
