// Command wraps asks three errors whether a note is missing.
package main

import (
	"errors"
	"fmt"
)

var ErrNotFound = errors.New("not found")

func main() {
	for _, err := range []error{
		fmt.Errorf("open: %w", fmt.Errorf("note 7: %w", ErrNotFound)),
		fmt.Errorf("open: %w", fmt.Errorf("note 7: %v", ErrNotFound)),
		fmt.Errorf("open: %w", errors.New("not found")),
	} {
		fmt.Println(err == ErrNotFound, errors.Is(err, ErrNotFound))
	}
}
