// Command null-tags encodes two answers without tags.
package main

import (
	"encoding/json"
	"fmt"
)

type tagsBody struct {
	Tags []string `json:"tags"`
}

func main() {
	rows := []string{"milk", "eggs"}
	cut := rows[:0]
	var declared []string
	for _, tags := range [][]string{cut, declared} {
		text, err := json.Marshal(tagsBody{tags})
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
}
