// Tail prints the latencies of two services with the same average, and how
// often a page that calls one of them many times meets a slow answer.
package main

import (
	"fmt"
	"math"
	"time"

	cheatsheet "example.com/leakproof/lessons/17-cheatsheet"
)

func main() {
	fmt.Println("service   mean   p50   p95    p99")
	for _, s := range []struct {
		name      string
		latencies []time.Duration
	}{
		{"A", cheatsheet.Mixed(1000, 20)},
		{"B", cheatsheet.Steady(1000)},
	} {
		fmt.Printf("%-7s %6v %5v %5v %6v\n", s.name, cheatsheet.Mean(s.latencies),
			cheatsheet.Percentile(s.latencies, 50),
			cheatsheet.Percentile(s.latencies, 95),
			cheatsheet.Percentile(s.latencies, 99))
	}
	for _, calls := range []float64{1, 5, 20, 100} {
		slow := 1 - math.Pow(0.98, calls)
		fmt.Printf("a page of %3.0f calls to A meets a slow one in %2.0f of 100 views\n", calls, 100*slow)
	}
}
