// Command closed receives twice from a channel that holds one value.
package main

import "fmt"

func main() {
	saved := make(chan int, 2)
	saved <- 7
	close(saved)
	first, ok := <-saved
	second, more := <-saved
	fmt.Println(first, ok, second, more)
}
