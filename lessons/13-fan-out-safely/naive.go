package fanout

import "context"

// GatherNaive asks all services at once and returns on the first error.
func GatherNaive(ctx context.Context, calls []Call) (Page, error) {
	replies := make(chan reply)
	for i, call := range calls {
		go func() {
			part, err := call(ctx)
			replies <- reply{i, part, err}
		}()
	}

	parts := make(Page, len(calls))
	for range calls {
		r := <-replies
		if r.err != nil {
			return nil, r.err
		}
		parts[r.slot] = r.part
	}
	return parts, nil
}
