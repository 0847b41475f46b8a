// Package relay tells other systems of saved notes.
package relay

import "sync"

// Relay delivers each note, eight at a time.
func Relay(saved <-chan string, post func(note string)) {
	queue := make(chan string, 10_000)
	var hands sync.WaitGroup
	for range 8 {
		hands.Go(func() {
			for note := range queue {
				post(note)
			}
		})
	}
	var senders sync.WaitGroup
	for note := range saved {
		senders.Go(func() { queue <- note })
	}
	senders.Wait()
	close(queue)
	hands.Wait()
}
