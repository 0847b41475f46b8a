// Command omission loads a server that stalls for 10 s.
package main

import "fmt"

func took(sent int) (seconds int) {
	if sent < 10 || sent > 20 {
		return 0
	}
	return 20 - sent
}

func main() {
	for _, patient := range []int{0, 1} { // 1: it waits
		requests, slow := 0, 0
		for sent := 0; sent < 30; sent += 1 + patient*took(sent) {
			requests++
			if took(sent) > 1 {
				slow++
			}
		}
		fmt.Println(requests, "sent,", slow, "slow")
	}
}
