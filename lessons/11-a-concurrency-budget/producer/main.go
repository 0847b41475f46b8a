// Producer lets two pools fail fifty times each, with as many failing jobs
// as workers, and counts the goroutines that are left.
package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	budget "example.com/leakproof/lessons/11-a-concurrency-budget"
)

func main() {
	ids := make([]string, 100)
	render := func(context.Context, string) error { return errors.New("render: 500") }
	for _, p := range []struct {
		name string
		run  func(context.Context, int, []string, budget.Render) error
	}{{"Pool", budget.Pool}, {"TextbookPool", budget.TextbookPool}} {
		before := runtime.NumGoroutine()
		var err error
		for range 50 {
			err = p.run(context.Background(), 4, ids, render)
		}
		time.Sleep(100 * time.Millisecond) // those that can end have ended
		fmt.Printf("%-12s  50 runs, each: %v\n", p.name, err)
		fmt.Printf("%-12s  goroutines left: %d\n", "", runtime.NumGoroutine()-before)
	}
}
