// Command same-key sends four requests with the same key.
package main

import "fmt"

var kept = map[string]string{}

func create(user, key, title string) {
	status := 201
	if kept[key] == "" {
		kept[key] = title
	} else if kept[key] != title {
		status = 409
	}
	fmt.Print(status, " ")
}

func main() {
	create("ann", "k1", "milk")
	create("bob", "k1", "bread")
	create("ann", "k1", "milk")
	create("ann", "k1", "bread")
	fmt.Println("notes:", len(kept))
}
