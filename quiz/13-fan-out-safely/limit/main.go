// Command limit runs four calls, one at a time.
package main

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
)

func main() {
	g, ctx := errgroup.WithContext(context.Background())
	g.SetLimit(1)
	for i := range 4 {
		g.Go(func() error {
			fmt.Println("call", i)
			if i == 1 {
				return errors.New("links: 503")
			}
			return ctx.Err()
		})
	}
	fmt.Println("page", g.Wait())
}
