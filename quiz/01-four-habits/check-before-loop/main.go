package main

import (
	"context"
	"fmt"
)

func main() {
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	if ctx.Err() != nil {
		fmt.Println("stopped")
		return
	}
	counted := 0
	for note := range 6 {
		counted++
		if note == 2 {
			leave() // the client closes the tab
		}
	}
	fmt.Println(counted, ctx.Err())
}
