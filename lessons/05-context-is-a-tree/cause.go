package tree

import (
	"context"
	"errors"
	"time"
)

const searchLimit = 500 * time.Millisecond

var errSearchSlow = errors.New("search took more than 500 ms")

// A Search finds notes that are related to one note.
type Search func(ctx context.Context, note string) ([]string, error)

// Related returns notes to show beside note. The page does without them
// when the search is slow, and only then.
func Related(
	ctx context.Context, search Search, note string,
) ([]string, error) {
	ctx, cancel := context.WithTimeoutCause(
		ctx, searchLimit, errSearchSlow)
	defer cancel()
	found, err := search(ctx, note)
	if err != nil && errors.Is(context.Cause(ctx), errSearchSlow) {
		return nil, nil
	}
	return found, err
}
