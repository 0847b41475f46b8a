// Threads parks 10,000 goroutines for good, and then 100 more that keep
// the thread they run on, as a system call or a call into C does.
package main

import (
	"fmt"
	"runtime"
	"sync"

	lifetimes "example.com/leakproof/lessons/03-goroutines-that-end"
)

func main() {
	report("at the start")
	block(10_000, func() {})
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	report("10,000 parked")
	fmt.Printf("%-24s %d bytes of stack each\n", "", stats.StackInuse/10_000)
	block(100, runtime.LockOSThread)
	report("100 that keep a thread")
}

func report(what string) {
	waiting, threads := lifetimes.Scheduled()
	fmt.Printf("%-24s %6d goroutines wait, %4d threads\n", what, waiting, threads)
}

// block starts n goroutines that wait for good, and returns once they do.
func block(n int, prepare func()) {
	var begun sync.WaitGroup
	begun.Add(n)
	for range n {
		go func() {
			prepare()
			begun.Done()
			select {}
		}()
	}
	begun.Wait()
	for waiting := 0; waiting < n; waiting, _ = lifetimes.Scheduled() {
		runtime.Gosched()
	}
}
