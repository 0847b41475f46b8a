// Sweep sends 120 calls to a service that works on 8 at a time, 20 ms each.
// It tries one limit after another and shows where a higher one stops helping.
package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	budget "example.com/leakproof/lessons/11-a-concurrency-budget"
)

func main() {
	ids := make([]string, 120)
	fmt.Println("limit   all done in   one call, median")
	for _, limit := range []int{4, 8, 16, 64} {
		r := budget.NewRenderer(8, 20*time.Millisecond)
		calls := make(chan time.Duration, len(ids))
		start := time.Now()
		err := budget.Pool(context.Background(), limit, ids, func(ctx context.Context, id string) error {
			begin := time.Now()
			err := r.Draw(ctx, id)
			calls <- time.Since(begin)
			return err
		})
		all := time.Since(start)
		if err != nil {
			fmt.Println(err)
			return
		}
		took := make([]time.Duration, len(ids))
		for i := range took {
			took[i] = <-calls
		}
		slices.Sort(took)
		fmt.Printf("%5d   %8d ms   %11d ms\n", limit, all.Milliseconds(), took[len(took)/2].Milliseconds())
	}
}
