// Command what-is-left looks behind the first value of two bodies.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

func main() {
	for _, rest := range []string{"}", "{}"} {
		dec := json.NewDecoder(strings.NewReader("{}" + rest))
		if err := dec.Decode(new(any)); err != nil {
			fmt.Println(err)
		}
		more := dec.More()
		end := errors.Is(dec.Decode(new(any)), io.EOF)
		fmt.Printf("more: %v, end: %v\n", more, end)
	}
}
