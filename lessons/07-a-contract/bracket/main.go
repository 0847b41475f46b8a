// Bracket asks More what is left after the first value, and then a second
// Decode: only one of them notices a closing bracket.
package main

import (
	"encoding/json"
	"fmt"
	"strings"

	contract "example.com/leakproof/lessons/07-a-contract"
)

func main() {
	fmt.Printf("%-15s%-7s%s\n", "what is left", "More", "a second Decode")
	for _, rest := range []string{"", "}", "]", "]]] anything", "x", "{}"} {
		dec := json.NewDecoder(strings.NewReader(`{"title":"milk"}` + rest))
		var n contract.NewNote
		if err := dec.Decode(&n); err != nil {
			fmt.Println(err)
			continue
		}
		more := dec.More()
		fmt.Printf("%-15q%-7v%v\n", rest, more, dec.Decode(new(any)))
	}
}
