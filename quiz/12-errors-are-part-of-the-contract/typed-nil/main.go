// Command typed-nil validates two titles.
package main

import "fmt"

type InvalidError struct{ Field string }

func (e *InvalidError) Error() string { return "invalid field" }

func validate(title string) error {
	var problem *InvalidError
	if title == "" {
		problem = &InvalidError{Field: "title"}
	}
	return problem
}

func main() {
	for _, title := range []string{"", "Groceries"} {
		err := validate(title)
		fmt.Printf("%q refused: %v\n", title, err != nil)
	}
}
