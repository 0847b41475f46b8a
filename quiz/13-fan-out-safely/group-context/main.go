// Command group-context joins a group and then looks at its context.
package main

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

func main() {
	request := context.Background()
	g, ctx := errgroup.WithContext(request)
	for range 4 {
		g.Go(func() error { return nil })
	}
	fmt.Println("join", g.Wait())
	fmt.Println("group", ctx.Err())
	fmt.Println("request", request.Err())
}
