package layers

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// ErrTransient marks a failure that may be gone in a moment.
var ErrTransient = errors.New("transient")

// A Retry says how often, and how long, an operation is tried. Give it
// only what may be done twice.
type Retry struct {
	Tries int           // at most, the first one included
	Try   time.Duration // at most, for one try
	Wait  time.Duration // before the second try; then it doubles

	// Jitter makes of a wait the one that is kept. It must be set.
	Jitter func(time.Duration) time.Duration
}

// Do tries op until it succeeds, fails for good, or runs out of time.
func (p Retry) Do(
	ctx context.Context, op func(context.Context) error,
) error {
	wait := p.Wait
	for try := 1; ; try++ {
		err := p.once(ctx, op)
		if !errors.Is(err, ErrTransient) || try >= p.Tries {
			return err // nil, for good, or the last try
		}
		if stop := pause(ctx, p.Jitter(wait)); stop != nil {
			return fmt.Errorf("%w after try %d: %w", stop, try, err)
		}
		wait = min(2*wait, maxWait)
	}
}

// maxWait bounds the doubling.
const maxWait = 5 * time.Second

// pause waits for d. It comes back at once if ctx has ended, or will
// have by then: a wait that leaves no time to try is for nothing.
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

// once gives one try a limit of its own. A try that runs into it may be
// repeated while the caller has time left.
func (p Retry) once(
	ctx context.Context, op func(context.Context) error,
) error {
	try, cancel := context.WithTimeout(ctx, p.Try)
	defer cancel()
	err := op(try)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", ErrTransient, err)
	}
	return err
}

// HalfAndHalf makes a wait of d/2 to d: those who failed together do not
// come back together.
func HalfAndHalf(d time.Duration) time.Duration {
	return d/2 + rand.N(d/2+1)
}
