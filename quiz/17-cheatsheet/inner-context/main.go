// Command inner-context queries with a budget, if there is one.
package main

import (
	"context"
	"fmt"
	"time"
)

func ask(ctx context.Context, budget time.Duration) {
	if budget > 0 {
		ctx, cancel := context.WithTimeout(ctx, budget)
		defer cancel()
		_, ok := ctx.Deadline()
		fmt.Println("prepare", ok)
	}
	_, ok := ctx.Deadline()
	fmt.Println("query", ok)
}

func main() {
	ask(context.Background(), time.Hour)
	ask(context.Background(), 0)
}
