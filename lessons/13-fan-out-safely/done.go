package fanout

import "context"

// GatherDone gives each of its waits a second way out: the end of ctx.
func GatherDone(ctx context.Context, calls []Call) (Page, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // whatever the way out, the others are told
	replies := make(chan reply)
	for i, call := range calls {
		go func() {
			part, err := call(ctx)
			sendOrLeave(ctx, replies, reply{i, part, err})
		}()
	}
	return receiveOrLeave(ctx, replies, len(calls))
}

// sendOrLeave hands r over unless ctx ends first.
func sendOrLeave(ctx context.Context, replies chan<- reply, r reply) {
	select {
	case replies <- r:
	case <-ctx.Done():
	}
}

// receiveOrLeave collects n replies. It gives up on the first error and
// when ctx ends: the senders may have left without a word by then.
func receiveOrLeave(
	ctx context.Context, replies <-chan reply, n int,
) (Page, error) {
	parts := make(Page, n)
	for range n {
		select {
		case r := <-replies:
			if r.err != nil {
				return nil, r.err
			}
			parts[r.slot] = r.part
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return parts, nil
}
