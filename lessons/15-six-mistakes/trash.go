package sixmistakes

import (
	"context"
	"fmt"
	"time"
)

// Trash has deleted notes, which can be restored for some time.
type Trash struct {
	// Drop deletes for good what came before t, and counts it.
	Drop func(ctx context.Context, t time.Time) (int, error)
}

type keepKey struct{} // nobody else can set it by accident

// WithKeep is what the middleware does with a customer's setting.
func WithKeep(ctx context.Context, keep time.Duration) context.Context {
	return context.WithValue(ctx, keepKey{}, keep)
}

// PurgeNaive keeps what is younger than the customer's setting.
func (t *Trash) PurgeNaive(ctx context.Context) (int, error) {
	keep, _ := ctx.Value(keepKey{}).(time.Duration)
	return t.Drop(ctx, time.Now().Add(-keep))
}

// Purge keeps what is younger than keep.
func (t *Trash) Purge(
	ctx context.Context, keep time.Duration,
) (int, error) {
	if keep <= 0 {
		return 0, fmt.Errorf("purge: keep the trash for %v", keep)
	}
	return t.Drop(ctx, time.Now().Add(-keep))
}
