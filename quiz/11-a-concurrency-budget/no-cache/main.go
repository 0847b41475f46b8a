// Command no-cache asks for previews, one after the other.
package main

import (
	"fmt"

	"golang.org/x/sync/singleflight"
)

func main() {
	var flight singleflight.Group
	loads := 0
	load := func() (any, error) { loads++; return "preview", nil }

	for _, id := range []string{"a", "b", "a", "a"} {
		_, _, _ = flight.Do(id, load)
	}
	fmt.Println("loads:", loads)
}
