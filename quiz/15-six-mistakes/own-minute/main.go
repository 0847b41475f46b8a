// Command own-minute exports the pages of a notebook.
package main

import (
	"context"
	"fmt"
	"time"
)

func main() {
	root := context.Background()
	request, leave := context.WithCancel(root)
	export, cancel := context.WithTimeout(root, time.Minute)
	defer cancel()
	for page := 1; page <= 3 && export.Err() == nil; page++ {
		fmt.Println("page", page)
		if page == 2 {
			leave() // the client closes the tab
		}
	}
	fmt.Println("export", export.Err())
	fmt.Println("request", request.Err())
}
