package conventions

import (
	"context"
	"sync"
)

// A HeldStore keeps the context of the first request.
type HeldStore struct {
	once sync.Once
	ctx  context.Context
	next Store
}

// NewHeldStore returns a HeldStore over next.
func NewHeldStore(next Store) *HeldStore { return &HeldStore{next: next} }

// For ties the store to a request, so that calls need no ctx.
func (s *HeldStore) For(ctx context.Context) *HeldStore {
	s.once.Do(func() { s.ctx = ctx })
	return s
}

// Load looks tidy: no ctx in sight.
func (s *HeldStore) Load(id string) (Note, error) {
	return s.next.Load(s.ctx, id)
}

// A DeafStore takes the context and drops it.
type DeafStore struct{ next Store }

// NewDeafStore returns a DeafStore over next.
func NewDeafStore(next Store) DeafStore { return DeafStore{next} }

// Load has the right signature.
func (s DeafStore) Load(_ context.Context, id string) (Note, error) {
	return s.next.Load(context.Background(), id)
}
