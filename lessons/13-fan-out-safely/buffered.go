package fanout

import "context"

// GatherBuffered leaves room for every reply, so no send ever waits.
func GatherBuffered(ctx context.Context, calls []Call) (Page, error) {
	replies := make(chan reply, len(calls))
	for i, call := range calls {
		go func() {
			part, err := call(ctx)
			replies <- reply{i, part, err}
		}()
	}
	return receive(replies, len(calls))
}

// receive collects n replies and gives up on the first error.
func receive(replies <-chan reply, n int) (Page, error) {
	parts := make(Page, n)
	for range n {
		r := <-replies
		if r.err != nil {
			return nil, r.err
		}
		parts[r.slot] = r.part
	}
	return parts, nil
}
