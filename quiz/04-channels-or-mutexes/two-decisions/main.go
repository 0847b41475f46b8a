package main

import (
	"fmt"
	"sync"
)

func main() {
	var mu sync.Mutex
	left := 1 // invitations
	var invite func(name string, check func())
	invite = func(name string, check func()) {
		mu.Lock()
		free := left > 0
		mu.Unlock()
		check() // the address, which takes a while
		mu.Lock()
		defer mu.Unlock()
		if free = free && left > 0; free {
			left--
		}
		fmt.Println(name, free)
	}
	invite("Ann", func() { invite("Bob", func() {}) })
}
