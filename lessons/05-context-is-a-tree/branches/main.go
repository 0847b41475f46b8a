// Branches stops one context of a page after the other and prints, after
// each step, which of the contexts have ended and which live on.
package main

import (
	"context"
	"fmt"

	tree "example.com/leakproof/lessons/05-context-is-a-tree"
)

func main() {
	request, leave := context.WithCancel(context.Background())
	defer leave()
	b := tree.Branch(request)
	defer b.StopPage()

	fmt.Printf("%-17s %8s %8s %8s %8s %8s\n",
		"", "request", "page", "note", "search", "index")
	show := func(after string) {
		fmt.Printf("%-17s", after)
		for _, ctx := range []context.Context{request, b.Page, b.Note, b.Search, b.Index} {
			state := "lives"
			if ctx.Err() != nil {
				state = "ended"
			}
			fmt.Printf(" %8s", state)
		}
		fmt.Println()
	}
	show("at the start")
	b.StopSearch()
	show("search is stopped")
	leave()
	show("the client leaves")
}
