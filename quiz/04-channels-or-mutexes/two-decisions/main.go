package main

import (
	"fmt"
	"sync"
)

func main() {
	var mu sync.Mutex
	left := 1 // invitations
	var invite func(name string, send func())
	invite = func(name string, send func()) {
		mu.Lock()
		free := left > 0
		mu.Unlock()
		if free {
			send()
			mu.Lock()
			left--
			mu.Unlock()
		}
		fmt.Println(name, free, left)
	}
	invite("Ann", func() { invite("Bob", func() {}) })
}
