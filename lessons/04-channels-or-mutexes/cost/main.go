// Cost counts 200,000 reads of a note in 8 goroutines, behind a mutex and in
// a goroutine that owns the map, and prints what one read costs.
package main

import (
	"fmt"
	"sync"
	"time"

	shared "example.com/leakproof/lessons/04-channels-or-mutexes"
)

const (
	readers = 8
	each    = 25_000
)

func main() {
	locked := shared.NewViews()
	owned := shared.NewOwnedViews(func(string) {})
	report := func(name string, add func(string), counts func() map[string]int) {
		took := timed(add)
		fmt.Printf("%-16s %6d ns a read  (%d counted)\n",
			name, took.Nanoseconds()/(readers*each), counts()["8c1f"])
	}
	report("mutex", locked.Add, locked.Counts)
	report("owner goroutine", owned.Add, owned.Counts)
}

// timed calls add from all readers and returns how long that took.
func timed(add func(string)) time.Duration {
	var wg sync.WaitGroup
	start := time.Now()
	for range readers {
		wg.Go(func() {
			for range each {
				add("8c1f")
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}
