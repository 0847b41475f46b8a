package fourhabits

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// ReindexNaive tells the index of a note each 10 ms.
func ReindexNaive(_ context.Context, notes []Note,
	put func(context.Context, Note) error) error {
	for _, n := range notes {
		time.Sleep(10 * time.Millisecond)
		if err := put(context.Background(), n); err != nil {
			return err
		}
	}
	return nil
}

// Reindex tells the index of a note each 10 ms while ctx lives.
func Reindex(ctx context.Context, notes []Note,
	put func(context.Context, Note) error) error {
	pace := time.NewTicker(10 * time.Millisecond)
	defer pace.Stop()
	for _, n := range notes {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pace.C:
		}
		if err := put(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// ImportNaive saves all notes at once.
func ImportNaive(ctx context.Context, notes []Note,
	save func(context.Context, Note) error) error {
	errs := make([]error, len(notes))
	var wg sync.WaitGroup
	for i, n := range notes {
		wg.Go(func() { errs[i] = save(ctx, n) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// A Budget bounds how much of something is under way at once.
type Budget struct{ slots chan struct{} }

// NewBudget allows limit at once; the limit comes from the configuration.
func NewBudget(limit int) *Budget {
	return &Budget{make(chan struct{}, limit)}
}

// Acquire waits for a slot, but not longer than ctx lives.
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

// Import saves notes with as many goroutines as b has slots.
func Import(ctx context.Context, b *Budget, notes []Note,
	save func(context.Context, Note) error) error {
	g, gctx := errgroup.WithContext(ctx)
	var stopped error
	for _, n := range notes {
		if stopped = b.Acquire(gctx); stopped != nil {
			break // a save failed, or the caller has gone
		}
		g.Go(func() error {
			defer b.Release()
			return save(gctx, n)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return stopped
}
