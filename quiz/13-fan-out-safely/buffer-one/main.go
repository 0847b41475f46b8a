// Command buffer-one lets four goroutines reply to one receiver.
package main

import "fmt"

func main() {
	replies := make(chan string, 1)
	go func() { replies <- "links: 503" }()
	fmt.Println("received", <-replies) // the page returns here

	for _, part := range []string{"note", "tags", "comments"} {
		select {
		case replies <- part:
			fmt.Println("sent", part)
		default:
			fmt.Println("stuck", part)
		}
	}
}
