package lifetimes

import "sync"

// IndexAllNaive spreads the notes over four goroutines.
func IndexAllNaive(notes []Note, index func(Note)) {
	queue := make(chan Note)
	for range 4 {
		go func() {
			for n := range queue {
				index(n)
			}
		}()
	}
	for _, n := range notes {
		queue <- n
	}
}

// IndexAll returns when every note is indexed and all four have ended.
func IndexAll(notes []Note, index func(Note)) {
	queue := make(chan Note)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for n := range queue {
				index(n)
			}
		})
	}
	for _, n := range notes {
		queue <- n
	}
	close(queue) // each range ends when the queue is empty
	wg.Wait()
}
