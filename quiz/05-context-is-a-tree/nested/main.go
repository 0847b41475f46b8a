package main

import (
	"context"
	"fmt"
	"time"
)

func main() {
	ctx := context.Background()
	for _, limit := range []time.Duration{
		3 * time.Hour, time.Hour, 2 * time.Hour,
	} {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
		end, _ := ctx.Deadline()
		fmt.Println(time.Until(end).Round(time.Hour))
	}
}
