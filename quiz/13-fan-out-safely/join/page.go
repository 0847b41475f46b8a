// Package join asks all services at once.
package join

import (
	"context"
	"sync"
	"time"
)

type Call func(context.Context) string

func Page(ctx context.Context, calls []Call) []string {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	parts := make([]string, len(calls))
	var wg sync.WaitGroup
	for i, call := range calls {
		wg.Go(func() { parts[i] = call(ctx) })
	}
	wg.Wait()
	return parts
}
