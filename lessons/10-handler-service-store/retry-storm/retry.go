package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// errTransient marks a failure that may pass in a moment.
var errTransient = errors.New("transient")

const (
	tries     = 7                      // at most, the first one included
	tryLimit  = 400 * time.Millisecond // for one try
	firstWait = 50 * time.Millisecond  // before the second try
	maxWait   = 500 * time.Millisecond
)

// A Retry repeats what may be done twice.
type Retry struct{ budget Budget }

// Do tries op until it succeeds, fails for good, or runs out of time.
func (p *Retry) Do(ctx context.Context, op func(context.Context) error) error {
	p.budget.Earn()
	for try := 1; ; try++ {
		err := once(ctx, op)
		if !errors.Is(err, errTransient) || try >= tries {
			return err // nil, for good, or the last try
		}
		if !p.budget.Spend() {
			return fmt.Errorf("no retry is left: %w", err)
		}
		if stop := pause(ctx, spread(waitAfter(try))); stop != nil {
			return fmt.Errorf("%w after try %d: %w", stop, try, err)
		}
	}
}

// once limits one try. A try that runs into the limit may be repeated while the
// caller has time left.
func once(ctx context.Context, op func(context.Context) error) error {
	try, cancel := context.WithTimeout(ctx, tryLimit)
	defer cancel()
	err := op(try)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", errTransient, err)
	}
	return err
}

// waitAfter is how long to wait after a try: each time twice as long.
func waitAfter(try int) time.Duration {
	if backoff.On() {
		return min(firstWait<<(try-1), maxWait)
	}
	return 0 // at once
}

// spread returns a wait between d/2 and d, so that callers that failed
// together don't come back together.
func spread(d time.Duration) time.Duration {
	if jitter.On() {
		return d/2 + rand.N(d/2+1)
	}
	return d
}

// A Budget allows one retry for ten saves, whoever makes them.
type Budget struct {
	mu   sync.Mutex
	left float64 // retries
}

// Earn adds a tenth of a retry. Five may be saved up.
func (b *Budget) Earn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+0.1, 5)
}

// Spend takes a retry, if one is left.
func (b *Budget) Spend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if retryBudget.On() && b.left < 1 {
		return false
	}
	b.left = max(0, b.left-1)
	return true
}

// pause waits for d, unless ctx has ended or will have by then.
func pause(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= d {
		return context.DeadlineExceeded
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
