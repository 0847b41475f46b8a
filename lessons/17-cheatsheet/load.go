package cheatsheet

import (
	"sync"
	"time"
)

// Waiting sends the next request when the last one is answered.
func Waiting(d time.Duration, call func()) (took []time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		sent := time.Now()
		call()
		took = append(took, time.Since(sent))
	}
	return took
}

// Steadily sends at every tick, whether or not answers have come.
func Steadily(d, tick time.Duration, call func()) []time.Duration {
	took := make([]time.Duration, d/tick)
	var wg sync.WaitGroup
	start := time.Now()
	for i := range took {
		due := start.Add(time.Duration(i) * tick)
		time.Sleep(time.Until(due))
		wg.Go(func() {
			call()
			took[i] = time.Since(due) // from when it was due
		})
	}
	wg.Wait()
	return took
}
