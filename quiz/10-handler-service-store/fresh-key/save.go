// Package freshkey saves a note.
package freshkey

import (
	"context"
	"crypto/rand"
	"time"
)

type Put func(ctx context.Context, key, title string) error

func Save(ctx context.Context, put Put, title string) (err error) {
	for range 3 {
		key := rand.Text()
		if err = put(ctx, key, title); err == nil {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}
