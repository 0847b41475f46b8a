package kit

import (
	"iter"
	"maps"
	"slices"
)

// Sorted ranges over m in the order of its keys: a suite that fails says the same
// first each time.
func Sorted[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
