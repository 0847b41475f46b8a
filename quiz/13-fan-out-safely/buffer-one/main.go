// Command buffer-one lets four calls reply to a page that may leave.
package main

import "fmt"

func main() {
	replies := make(chan string, 1)
	received, stuck, gone := 0, 0, false
	for _, reply := range []string{"note", "503", "tags", "links"} {
		select {
		case replies <- reply:
		default:
			stuck++
		}
		if !gone {
			received++
			gone = <-replies == "503"
		}
	}
	fmt.Printf("received %d, buffered %d, stuck %d\n",
		received, len(replies), stuck)
}
