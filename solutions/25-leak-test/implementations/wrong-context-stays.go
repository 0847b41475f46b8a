//go:build ignore

// Package leaktest searches the notes of a user, which lie in several shards.
package leaktest

import (
	"context"
	"fmt"
	"slices"
	"time"
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
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	answers := make(chan answer, len(shards))
	for i, shard := range shards {
		go func() {
			notes, err := shard.Search(ctx, query)
			answers <- answer{i, notes, err}
		}()
	}
	found := make([][]Note, len(shards))
	for range shards {
		a := <-answers
		if a.err != nil {
			cancel()
			return nil, fmt.Errorf("search: %w", a.err)
		}
		found[a.shard] = a.notes
	}
	return slices.Concat(found...), nil
}

type answer struct {
	shard int
	notes []Note
	err   error
}
