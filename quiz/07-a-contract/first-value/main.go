// Command first-value decodes two bodies.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

func main() {
	for _, body := range []string{
		`{"title":"milk"} {"title":"eggs"}`,
		`null`,
	} {
		var n, rest struct{ Title string }
		dec := json.NewDecoder(strings.NewReader(body))
		dec.DisallowUnknownFields()
		err := dec.Decode(&n)
		end := dec.Decode(&rest) == io.EOF
		fmt.Printf("%q accepted: %v\n", n.Title, err == nil && end)
	}
}
