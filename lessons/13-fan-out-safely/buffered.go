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
