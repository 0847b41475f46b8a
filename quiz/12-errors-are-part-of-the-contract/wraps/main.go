// Command wraps asks two errors whether a note is missing.
package main

import (
	"errors"
	"fmt"
)

var ErrNotFound = errors.New("not found")

func main() {
	for _, err := range []error{
		fmt.Errorf("open: %w", fmt.Errorf("note 7: %v", ErrNotFound)),
		fmt.Errorf("open: %w", fmt.Errorf("note 7: %w", ErrNotFound)),
	} {
		fmt.Printf("%v: %v\n", err, errors.Is(err, ErrNotFound))
	}
}
