// Command preview runs out of time, twice for each capacity.
package main

import (
	"fmt"
	"runtime"
	"time"
)

func main() {
	for _, room := range []int{1, 0} {
		rendered := make(chan string)
		for range 2 {
			out := make(chan string, room)
			go func() { out <- <-rendered }()
			select {
			case <-out:
			case <-time.After(time.Millisecond): // time is up
			}
		}
		close(rendered) // from here on, each rendering is over
		time.Sleep(50 * time.Millisecond)
		fmt.Println("left:", runtime.NumGoroutine()-1) // 1 is main
	}
}
