package main

import (
	"context"
	"fmt"
)

func main() {
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	for note := range 4 {
		select {
		case <-ctx.Done():
			fmt.Println("stop")
			break
		default:
		}
		fmt.Println("index note", note)
		if note == 1 {
			leave() // the client closes the tab
		}
	}
}
