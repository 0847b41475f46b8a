package defaults

import (
	"slices"
	"time"
)

// Percentile is how long the fastest p percent took at most.
func Percentile(p int, took []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(took))
	rank := (len(sorted)*p + 99) / 100 // rounded up
	return sorted[rank-1]
}
