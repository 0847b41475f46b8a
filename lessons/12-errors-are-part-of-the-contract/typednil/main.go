// Typednil validates a note that breaks no rule, with the function that
// returns a variable of its own error type.
package main

import (
	"context"
	"fmt"

	contract "example.com/leakproof/lessons/12-errors-are-part-of-the-contract"
)

func main() {
	note := contract.Note{ID: "7", Owner: "ada", Title: "A title"}
	for _, v := range []struct {
		name     string
		validate func(contract.Note) error
	}{{"Validate", contract.Validate}, {"ValidateNaive", contract.ValidateNaive}} {
		err := v.validate(note)
		fmt.Printf("%-14s refused: %v\n", v.name, err != nil)
		if err != nil {
			fmt.Printf("%-14s type %T, printed %v\n", "", err, err)
			answer(err)
		}
	}
}

func answer(err error) {
	defer func() { fmt.Println("  panic:", recover()) }()
	fmt.Println(contract.ProblemOf(context.Background(), err))
}
