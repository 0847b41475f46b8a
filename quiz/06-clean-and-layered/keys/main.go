// Command keys encodes a note as the service knows it.
package main

import (
	"encoding/json"
	"fmt"
)

type Note struct {
	ID    string
	Title string
	owner string
}

func main() {
	body, err := json.Marshal(Note{"7", "Milk", "ines"})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(body))
}
