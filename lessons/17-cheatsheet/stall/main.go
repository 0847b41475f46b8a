// Stall freezes a service for half a second and measures it twice: with a
// client that waits for each answer, and with one that sends at every tick.
package main

import (
	"fmt"
	"time"

	cheatsheet "example.com/leakproof/lessons/17-cheatsheet"
)

func main() {
	fmt.Println("client      requests   over 100 ms   slowest")
	report("waiting", func(call func()) []time.Duration {
		return cheatsheet.Waiting(time.Second, call)
	})
	report("steadily", func(call func()) []time.Duration {
		return cheatsheet.Steadily(time.Second, 10*time.Millisecond, call)
	})
}

// report lets run measure a service that takes 5 ms and freezes between
// 0.3 s and 0.8 s.
func report(name string, run func(call func()) []time.Duration) {
	start := time.Now()
	took := run(func() {
		if since := time.Since(start); since > 300*time.Millisecond && since < 800*time.Millisecond {
			time.Sleep(800*time.Millisecond - since)
		}
		time.Sleep(5 * time.Millisecond)
	})
	over := 0
	for _, t := range took {
		if t > 100*time.Millisecond {
			over++
		}
	}
	fmt.Printf("%-10s %9d %13d %9v\n", name, len(took), over,
		cheatsheet.Percentile(took, 100).Round(100*time.Millisecond))
}
