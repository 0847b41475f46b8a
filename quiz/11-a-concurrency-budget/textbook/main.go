// Command textbook gives ten jobs to three workers; one fails.
package main

import "fmt"

func main() {
	jobs, results := make(chan int), make(chan int)
	for range 3 {
		go func() {
			drawn := 0
			for id := range jobs {
				if id == 0 {
					break // an error: stop early
				}
				drawn++
			}
			results <- drawn
		}()
	}
	for id := range 10 {
		jobs <- id
	}
	close(jobs)
	fmt.Println("drawn:", <-results+<-results+<-results)
}
