// Command omission loads a server with two generators.
package main

import "fmt"

func main() {
	for _, skips := range []bool{true, false} {
		sent, slow, free := 0, 0, 0 // free: it has its answer
		for due := 0; due < 30; due++ {
			if skips && due < free {
				continue
			}
			start := max(due, free)
			free = start
			if start >= 10 {
				free = max(start, 20) // the stall
			}
			if free-start > 1 {
				slow++
			}
			sent++
		}
		fmt.Println(sent, "sent,", slow, "slow")
	}
}
