// Command same-key sends four requests with the same key.
package main

import "fmt"

var kept = map[[2]string]string{}

func create(user, name, title string) {
	key, status := [2]string{user, name}, 201
	if kept[key] == "" {
		kept[key] = title
	} else if kept[key] != title {
		status = 409
	}
	fmt.Print(status, " ")
}

func main() {
	create("ann", "k1", "milk")
	create("ann", "k1", "milk")
	create("ann", "k1", "bread")
	create("bob", "k1", "bread")
	fmt.Println("notes:", len(kept))
}
