package titles

import (
	"context"
	"sync"
)

type Titles struct {
	mu   sync.Mutex
	seen map[string]string
	load func(ctx context.Context, id string) (string, error)
}

func (t *Titles) Get(ctx context.Context, id string) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if title, ok := t.seen[id]; ok {
		return title, nil
	}
	title, err := t.load(ctx, id)
	if err == nil {
		t.seen[id] = title
	}
	return title, err
}
