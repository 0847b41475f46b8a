package defaults

import (
	"context"
	"sync/atomic"
	"time"
)

// A Store counts its notes and takes a while for each.
type Store struct {
	Takes time.Duration
	saved atomic.Int64
}

// Save gives up when ctx ends.
func (s *Store) Save(ctx context.Context, _ []byte) error {
	written := time.NewTimer(s.Takes) // stands for the disk
	defer written.Stop()
	select {
	case <-written.C:
		s.saved.Add(1)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SaveDeaf takes its time, whatever its context says.
func (s *Store) SaveDeaf(context.Context, []byte) error {
	time.Sleep(s.Takes)
	s.saved.Add(1)
	return nil
}

// Saved is how many notes there are.
func (s *Store) Saved() int64 { return s.saved.Load() }
