// Command first-value decodes three bodies.
package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

func main() {
	for _, body := range []string{
		`{"title":"milk"}{"title":"eggs"}`,
		`{"title":"milk","colour":"red"}`,
		`null`,
	} {
		var n struct{ Title string }
		dec := json.NewDecoder(strings.NewReader(body))
		dec.DisallowUnknownFields()
		err := dec.Decode(&n)
		fmt.Printf("%q accepted: %v\n", n.Title, err == nil)
	}
}
