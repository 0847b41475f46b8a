// Early gives two pools 101 jobs. The first job fails. It counts how many of
// the others are done anyway.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	budget "example.com/leakproof/lessons/11-a-concurrency-budget"
)

func main() {
	ids := make([]string, 101)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	for _, p := range []struct {
		name string
		run  func(context.Context, int, []string, budget.Render) error
	}{{"TextbookPool", budget.TextbookPool}, {"Pool", budget.Pool}} {
		var begun, drawn atomic.Int32
		render := func(ctx context.Context, id string) error {
			if id == "0" {
				time.Sleep(time.Millisecond)
				return errors.New("render: 500")
			}
			begun.Add(1)
			select {
			case <-time.After(10 * time.Millisecond):
				drawn.Add(1)
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		err := p.run(context.Background(), 4, ids, render)
		fmt.Printf("%-12s  error: %v\n", p.name, err)
		fmt.Printf("%-12s  begun %d of the other 100, drawn %d\n", "", begun.Load(), drawn.Load())
	}
}
