// Command typed-nil validates a title and a content.
package main

import "fmt"

type InvalidError struct{ Field string }

func (e *InvalidError) Error() string { return "invalid " + e.Field }

func validateTitle(title string) error {
	if title == "" {
		return &InvalidError{"title"}
	}
	return nil
}

func validateContent(string) error {
	var problem *InvalidError // there's no rule yet
	return problem
}

func main() {
	fmt.Println("title accepted:", validateTitle("Groceries") == nil)
	fmt.Println("content accepted:", validateContent("Milk") == nil)
}
