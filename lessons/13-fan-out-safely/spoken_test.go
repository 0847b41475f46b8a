package fanout

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Ways to gather that the lesson speaks of and does not show.

// InSequence asks one service after the other.
func InSequence(ctx context.Context, calls []Call) (Page, error) {
	parts := make(Page, len(calls))
	for i, call := range calls {
		part, err := call(ctx)
		if err != nil {
			return nil, err
		}
		parts[i] = part
	}
	return parts, nil
}

// GatherBufferOne leaves room for one reply that nobody receives.
func GatherBufferOne(ctx context.Context, calls []Call) (Page, error) {
	replies := make(chan reply, 1)
	for i, call := range calls {
		go func() {
			part, err := call(ctx)
			replies <- reply{i, part, err}
		}()
	}
	return receive(replies, len(calls))
}

// GatherHalfDone lets the senders leave and the receiver wait for them.
func GatherHalfDone(ctx context.Context, calls []Call) (Page, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	replies := make(chan reply)
	for i, call := range calls {
		go func() {
			part, err := call(ctx)
			sendOrLeave(ctx, replies, reply{i, part, err})
		}()
	}
	return receive(replies, len(calls))
}

// GatherLimited bounds the burst and starts every call, come what may.
func GatherLimited(ctx context.Context, calls []Call) (Page, error) {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	parts := make(Page, len(calls))
	for i, call := range calls {
		g.Go(func() (err error) {
			parts[i], err = call(ctx)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return parts, nil
}
