package questions

import "sync"

// A Shard counts some of the notes.
type Shard struct {
	mu    sync.Mutex
	notes int
}

// Shards is a list of shards that grows by append.
type Shards struct{ list []Shard }

// At returns shard i, for the caller to lock.
func (s *Shards) At(i int) *Shard { return &s.list[i] }

// Grow adds a shard.
func (s *Shards) Grow() { s.list = append(s.list, Shard{}) }

// SteadyShards keeps each shard where it was made.
type SteadyShards struct{ list []*Shard }

// At returns shard i, for the caller to lock.
func (s *SteadyShards) At(i int) *Shard { return s.list[i] }

// Grow adds a shard.
func (s *SteadyShards) Grow() { s.list = append(s.list, new(Shard)) }
