//go:build ignore

// Package leakyfanout searches the notes of a user, which are spread over shards.
package leakyfanout

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// A Note is one note of a user.
type Note struct {
	ID      string
	Title   string
	Content string
}

// A Shard holds a part of the notes.
type Shard interface {
	// Search returns the notes of this shard that match the query. When ctx
	// ends it gives up, cleans up, which may take it a moment, and returns an
	// error.
	Search(ctx context.Context, query string) ([]Note, error)
}

// A Service searches notes. It may be used by several goroutines.
type Service struct {
	shards []Shard
}

// NewService returns a service that searches the given shards.
func NewService(shards ...Shard) *Service {
	return &Service{shards: shards}
}

// Search asks all shards at the same time and returns the notes that match the
// query: those of the first shard, then those of the second, and so on. If a
// shard fails, Search returns the error of the shard that failed first.
func (s *Service) Search(ctx context.Context, query string) ([]Note, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	found := make([][]Note, len(s.shards))
	failures := make([]error, len(s.shards))
	var group sync.WaitGroup
	for i, shard := range s.shards {
		group.Go(func() {
			notes, err := shard.Search(ctx, query)
			if err != nil {
				failures[i] = fmt.Errorf("search shard %d: %w", i, err)
				cancel(failures[i]) // only the first cause is kept
				return
			}
			found[i] = notes
		})
	}
	group.Wait()

	// A cause that is not one of these failures is the caller's: Search was given
	// up, and callers look for the error of the context.
	switch cause := context.Cause(ctx); {
	case cause == nil:
		return slices.Concat(found...), nil
	case slices.Contains(failures, cause):
		return nil, cause
	}
	return nil, fmt.Errorf("search: %w", ctx.Err())
}
