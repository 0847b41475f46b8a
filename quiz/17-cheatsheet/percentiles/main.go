// Command percentiles compares two services, 100 requests each.
package main

import (
	"fmt"
	"slices"
)

func main() {
	a := append(slices.Repeat([]int{20}, 99), 8020) // ms, sorted
	b := slices.Repeat([]int{60}, 100)

	fmt.Println("mean", faster(mean(a), mean(b)))
	fmt.Println("p99", faster(a[99-1], b[99-1]))
}
