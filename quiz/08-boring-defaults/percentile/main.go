// Command percentile reads 200 latencies, in seconds.
package main

import "fmt"

func main() {
	took := make([]int, 200)
	for i := range 196 {
		took[i] = 1
	}
	copy(took[196:], []int{2, 5, 8, 9})

	percentile := func(p int) int { // of sorted latencies
		return took[(len(took)*p+99)/100-1]
	}
	fmt.Println(percentile(50), percentile(99), percentile(100))
}
