// Exits starts three goroutines, gives each one an exit signal, and counts
// how many are left.
package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	lifetimes "example.com/leakproof/lessons/03-goroutines-that-end"
)

func main() {
	before := runtime.NumGoroutine()
	count := func(event string) {
		time.Sleep(20 * time.Millisecond) // until it is really gone
		fmt.Printf("%-28s %d left\n", event, runtime.NumGoroutine()-before)
	}

	loaded := make(chan struct{})
	var loader sync.WaitGroup
	loader.Go(func() { <-loaded })
	janitor := lifetimes.NewJanitor(time.Hour, func() {})
	ctx, cancel := context.WithCancel(context.Background())
	var follower sync.WaitGroup
	follower.Go(func() { lifetimes.Follow(ctx, nil, func(lifetimes.Note) {}) })
	count("all three are started:")

	close(loaded)
	loader.Wait()
	count("the first has returned:")
	janitor.Close()
	count("the second has been told:")
	cancel()
	follower.Wait()
	count("the third's context ended:")
}
