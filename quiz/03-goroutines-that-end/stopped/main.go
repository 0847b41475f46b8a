// Command stopped ends one goroutine, or two.
package main

import (
	"fmt"
	"time"
)

func main() {
	tick, done := time.NewTicker(time.Hour), make(chan struct{})
	ended := make(chan string, 2)
	go func() {
		for range tick.C {
		}
		ended <- "A"
	}()
	go func() { <-done; ended <- "B" }()
	tick.Stop()
	close(done)
	fmt.Println("ended:", <-ended)
	time.Sleep(50 * time.Millisecond)
	fmt.Println("more:", len(ended))
}
