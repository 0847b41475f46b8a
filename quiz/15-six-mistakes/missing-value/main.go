// Command missing-value reads one setting from three contexts.
package main

import (
	"context"
	"fmt"
	"time"
)

type keepKey struct{}

func purge(ctx context.Context, caller string) {
	keep, _ := ctx.Value(keepKey{}).(time.Duration)
	fmt.Println(caller, "keeps", keep)
}

func main() {
	ctx := context.Background()
	const month, thirty = 30 * 24 * time.Hour, time.Duration(30)
	purge(context.WithValue(ctx, keepKey{}, month), "handler")
	purge(ctx, "nightly")
	purge(context.WithValue(ctx, keepKey{}, thirty), "console")
}
