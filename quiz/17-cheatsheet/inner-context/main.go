// Command inner-context derives a deadline in two functions.
package main

import "context"

func note(ctx context.Context) {
	if budget > 0 {
		ctx, cancel := context.WithTimeout(ctx, budget)
		defer cancel()
		prepare(ctx)
	}
	show(ctx, "note")
}

func list(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	prepare(ctx)
	show(ctx, "list")
}

func main() {
	note(context.Background())
	list(context.Background())
}
