// Package draw draws the attachments of a notebook, four at a time.
package draw

import "sync"

func All(ids []string, draw func(id string) (ok bool)) {
	jobs := make(chan string)
	go func() {
		defer close(jobs)
		for _, id := range ids {
			jobs <- id
		}
	}()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for id := range jobs {
				if !draw(id) {
					return
				}
			}
		})
	}
	wg.Wait()
}
