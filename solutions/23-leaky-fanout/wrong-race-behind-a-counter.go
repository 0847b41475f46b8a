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
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	var (
		group sync.WaitGroup
		first error
	)
	found := make([][]Note, len(s.shards))
	for i, shard := range s.shards {
		group.Add(1)
		go func() {
			defer group.Done()
			notes, err := shard.Search(ctx, query)
			count()
			if first == nil { // so nothing here has cancelled: an end is the caller's doing
				if left := ctx.Err(); left != nil {
					first = fmt.Errorf("search: %w", left)
				} else if err != nil {
					first = fmt.Errorf("search shard %d: %w", i, err)
					cancel()
				}
			}
			found[i] = notes
			count()
		}()
	}
	group.Wait()
	if first != nil {
		return nil, first
	}
	return slices.Concat(found...), nil
}

var (
	mu sync.Mutex
	n  int
)

func count() {
	mu.Lock()
	defer mu.Unlock()
	n++
}
