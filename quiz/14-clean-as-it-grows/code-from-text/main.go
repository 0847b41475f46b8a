// Command code-from-text makes an error code from an error.
package main

import (
	"errors"
	"fmt"
	"strings"
)

var errNotFound = errors.New("not found")

func load(id int) error {
	return fmt.Errorf("load %d: %w", id, errNotFound)
}

func code(err error) string {
	return strings.ReplaceAll(err.Error(), " ", "_")
}

func main() { fmt.Println(code(load(7))) }
