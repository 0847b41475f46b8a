package layers

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// ErrTransient marks a failure that may pass in a moment.
var ErrTransient = errors.New("transient")

// A Retry says how often, and how long, an operation is tried. Give it
// only what may be done twice.
type Retry struct {
	Tries int           // at most, the first one included
	Try   time.Duration // at most, for one try
	Wait  time.Duration // before the second try; then it doubles

	// Jitter changes a wait a little, at random. It must be set.
	Jitter func(time.Duration) time.Duration
}

// An Op is one try.
type Op = func(context.Context) error

// Do tries op until it succeeds, fails for good, or runs out of time.
func (p Retry) Do(ctx context.Context, op Op) error {
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

// once limits one try. A try that runs into the limit may be repeated
// while the caller has time left.
func (p Retry) once(ctx context.Context, op Op) error {
	try, cancel := context.WithTimeout(ctx, p.Try)
	defer cancel()
	err := op(try)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", ErrTransient, err)
	}
	return err
}

// HalfAndHalf returns a wait between d/2 and d, so that callers that
// failed together don't come back together.
func HalfAndHalf(d time.Duration) time.Duration {
	return d/2 + rand.N(d/2+1)
}
