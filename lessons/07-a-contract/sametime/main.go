// Sametime makes 160,000 ids in 8 goroutines, from the clock and from random
// bits, and counts on your machine how many of them came up before.
package main

import (
	"fmt"
	"sync"

	contract "example.com/leakproof/lessons/07-a-contract"
)

func main() {
	fmt.Println("made   of each kind: 160000")
	for range 3 {
		fmt.Println("twice, from the clock:", repeats(contract.TimeID))
	}
	fmt.Println("twice, random:        ", repeats(contract.NewID))
}

// repeats has 8 goroutines make 20,000 ids each.
func repeats(newID func() string) int {
	made := make([][]string, 8)
	var wg sync.WaitGroup
	for i := range made {
		wg.Go(func() {
			for range 20_000 {
				made[i] = append(made[i], newID())
			}
		})
	}
	wg.Wait()

	seen, twice := map[string]bool{}, 0
	for _, ids := range made {
		for _, id := range ids {
			if seen[id] {
				twice++
			}
			seen[id] = true
		}
	}
	return twice
}
