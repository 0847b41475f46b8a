// Command percentiles looks at the latencies of 100 requests.
package main

import (
	"fmt"
	"slices"
)

func main() {
	ms := slices.Repeat([]int{20}, 98)
	ms = append(ms, 2020, 2020) // sorted

	sum := 0
	for _, latency := range ms {
		sum += latency
	}
	fmt.Println("mean", sum/len(ms))
	fmt.Println("p95", ms[95-1])
	fmt.Println("p99", ms[99-1])
}
