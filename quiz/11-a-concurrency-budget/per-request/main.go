// Command per-request counts the calls of three requests at once.
package main

import "fmt"

func main() {
	open, waiting := 0, 0
	for range 3 { // requests, none of which has ended yet
		slots := make(chan struct{}, 2)
		for range 4 { // calls of this request
			select {
			case slots <- struct{}{}:
				open++
			default:
				waiting++
			}
		}
	}
	fmt.Println("open", open, "waiting", waiting)
}
