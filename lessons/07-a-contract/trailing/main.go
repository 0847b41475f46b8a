// Trailing shows what one Decode with DisallowUnknownFields makes of eight
// bodies, and what it makes of them when it also asks for the end.
package main

import (
	"fmt"
	"strings"

	contract "example.com/leakproof/lessons/07-a-contract"
)

func main() {
	bodies := []string{
		`{"title":"milk"}`,
		`{"title":"milk","colour":"red"}`,
		`{"title":"milk"}{"title":"eggs"}`,
		`{"title":"milk"} and so on`,
		`{"title":"milk"}}`,
		`{"title":"eggs","title":"milk"}`,
		`{"TITLE":"milk"}`,
		`null`,
	}
	fmt.Printf("%-34s%-12s%s\n", "body", "one Decode", "and then EOF")
	for _, body := range bodies {
		_, first := contract.DecodeFirst(strings.NewReader(body))
		_, one := contract.DecodeOne(strings.NewReader(body))
		fmt.Printf("%-34s%-12s%s\n", body, verdict(first), verdict(one))
	}
}

func verdict(err error) string {
	if err != nil {
		return "refused"
	}
	return "accepted"
}
