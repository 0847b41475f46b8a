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

	mu   sync.Mutex
	stop context.CancelFunc // ends the shards of the search that runs
}

// NewService returns a service that searches the given shards.
func NewService(shards ...Shard) *Service {
	return &Service{shards: shards}
}

// Search asks all shards at the same time and returns the notes that match the
// query: those of the first shard, then those of the second, and so on. If a
// shard fails, Search returns the error of the shard that failed first.
func (s *Service) Search(ctx context.Context, query string) ([]Note, error) {
	type answer struct {
		shard int
		notes []Note
		err   error
	}
	run, stop := context.WithCancel(ctx)
	s.mu.Lock()
	s.stop = stop
	s.mu.Unlock()
	defer s.cancel()

	answers := make(chan answer, len(s.shards))
	for i, shard := range s.shards {
		go func() {
			notes, err := shard.Search(run, query)
			if err != nil && ctx.Err() != nil {
				err = ctx.Err()
			}
			answers <- answer{i, notes, err}
		}()
	}
	found := make([][]Note, len(s.shards))
	for range s.shards {
		a := <-answers
		if a.err != nil {
			return nil, fmt.Errorf("search shard %d: %w", a.shard, a.err)
		}
		found[a.shard] = a.notes
	}
	return slices.Concat(found...), nil
}

func (s *Service) cancel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop()
}
