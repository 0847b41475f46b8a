// Command preview runs out of time twice, and the pages come later.
package main

import (
	"fmt"
	"runtime"
	"time"
)

func main() {
	rendered := make(chan string)
	for range 2 {
		out := make(chan string)
		go func() { out <- <-rendered }()
		select {
		case page := <-out:
			fmt.Println(page)
		case <-time.After(time.Millisecond):
			fmt.Println("time is up")
		}
	}
	close(rendered) // from here on, each rendering is over
	time.Sleep(50 * time.Millisecond)
	fmt.Println("left:", runtime.NumGoroutine()-1) // 1 is main
}
