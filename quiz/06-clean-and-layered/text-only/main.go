// Command text-only wraps one error and mentions another.
package main

import (
	"database/sql"
	"errors"
	"fmt"
)

var errNotFound = errors.New("no such note")

func find() error {
	return fmt.Errorf("%w: %v", errNotFound, sql.ErrNoRows)
}

func main() {
	err := find()
	service := errors.Is(err, errNotFound)
	driver := errors.Is(err, sql.ErrNoRows)
	fmt.Println(service, driver)
}
