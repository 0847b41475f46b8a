package fanout

import "context"

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
