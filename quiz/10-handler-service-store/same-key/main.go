// Command same-key sends four requests with the same key.
package main

import "fmt"

type key struct{ user, name string }

var kept = map[key]string{}

func create(user, name, title string) {
	k := key{user, name}
	if _, ok := kept[k]; !ok {
		kept[k] = title
	}
	fmt.Println(kept[k], kept[k] == title)
}

func main() {
	create("ann", "k1", "milk")
	create("ann", "k1", "milk")
	create("ann", "k1", "bread")
	create("bob", "k1", "bread")
	fmt.Println(len(kept))
}
