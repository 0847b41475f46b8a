// Package oneload shares the loads of previews.
package oneload

import (
	"context"

	"golang.org/x/sync/singleflight"
)

var flight singleflight.Group

func Get(ctx context.Context, id string,
	load func(context.Context, string) (any, error)) (any, error) {
	shared := flight.DoChan(id, func() (any, error) {
		all := context.WithoutCancel(ctx)
		return load(all, id)
	})
	select {
	case r := <-shared:
		return r.Val, r.Err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
