package cheatsheet

import (
	"slices"
	"time"
)

// Mean is the average of the latencies.
func Mean(latencies []time.Duration) time.Duration {
	var sum time.Duration
	for _, l := range latencies {
		sum += l
	}
	return sum / time.Duration(len(latencies))
}

// Percentile is the latency that p in 100 requests do not exceed.
func Percentile(latencies []time.Duration, p int) time.Duration {
	sorted := slices.Sorted(slices.Values(latencies))
	rank := (len(sorted)*p + 99) / 100 // rounded up: how many
	return sorted[rank-1]
}

// Mixed returns n latencies, of which slow are 2.02 s and the rest 20 ms.
func Mixed(n, slow int) []time.Duration {
	fast := slices.Repeat([]time.Duration{20 * time.Millisecond}, n-slow)
	return append(fast, slices.Repeat([]time.Duration{2020 * time.Millisecond}, slow)...)
}

// Steady returns n latencies of 60 ms.
func Steady(n int) []time.Duration {
	return slices.Repeat([]time.Duration{60 * time.Millisecond}, n)
}
