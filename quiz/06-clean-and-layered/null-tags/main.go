// Command null-tags encodes three answers without tags.
package main

import (
	"encoding/json"
	"fmt"
)

type full struct {
	Tags []string `json:"tags"`
}

type sparse struct {
	Tags []string `json:"tags,omitempty"`
}

func main() {
	var none []string
	for _, body := range []any{
		full{none}, full{[]string{}}, sparse{[]string{}},
	} {
		text, err := json.Marshal(body)
		fmt.Println(string(text), err)
	}
}
