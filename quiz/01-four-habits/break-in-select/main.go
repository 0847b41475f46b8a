package main

import (
	"context"
	"fmt"
)

func main() {
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	var said []any
	for note := range 4 {
		select {
		case <-ctx.Done():
			said = append(said, "stop")
			break
		default:
		}
		said = append(said, note)
		if note == 1 {
			leave() // the client closes the tab
		}
	}
	fmt.Println(said...)
}
