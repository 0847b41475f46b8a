package budget

import (
	"context"
	"time"

	"golang.org/x/sync/singleflight"
)

// Previews loads previews, one load for each id at a time.
type Previews struct {
	Load   func(ctx context.Context, id string) (string, error)
	flight singleflight.Group
}

const loadTime = 5 * time.Second

// Get returns a preview. Callers who ask for the same id share a load.
func (p *Previews) Get(ctx context.Context, id string) (string, error) {
	shared := p.flight.DoChan(id, func() (any, error) {
		all := context.WithoutCancel(ctx) // not only the first caller's
		all, cancel := context.WithTimeout(all, loadTime)
		defer cancel()
		return p.Load(all, id)
	})
	select {
	case r := <-shared:
		preview, _ := r.Val.(string)
		return preview, r.Err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
