//go:build ignore

// Package leaktest searches the notes of a user, which lie in several shards.
package leaktest

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// A Note is one note of a user.
type Note struct {
	ID    string
	Title string
}

// A Shard holds some of the notes.
type Shard interface {
	// Search returns the notes that match the query. When ctx ends it gives up,
	// sooner or later, and returns an error.
	Search(ctx context.Context, query string) ([]Note, error)
}

// Search asks all shards at the same time and returns their notes in the order
// of the shards.
//
// If a shard fails, or ctx ends, Search tells the other shards to stop and
// returns the error. It may wait until they have stopped, or return at once.
// Once they have, nothing of it is left running, and the context that it gave
// to the shards has ended, on success as well.
func Search(ctx context.Context, shards []Shard, query string) ([]Note, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	found := make([][]Note, len(shards))
	var running sync.WaitGroup
	for i, shard := range shards {
		running.Go(func() {
			notes, err := shard.Search(ctx, query)
			if err != nil {
				cancel(err) // the first one counts
			}
			found[i] = notes
		})
	}
	running.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return slices.Concat(found...), nil
}
