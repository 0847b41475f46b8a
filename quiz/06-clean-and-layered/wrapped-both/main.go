// Command wrapped-both has one handler and two versions of a store.
package main

import (
	"database/sql"
	"errors"
	"fmt"
)

var errNotFound = errors.New("no such note")

func status(err error) int {
	if errors.Is(err, sql.ErrNoRows) {
		return 404
	}
	return 500
}

func main() {
	noRows := sql.ErrNoRows
	one := fmt.Errorf("%w: %v", errNotFound, noRows)
	two := fmt.Errorf("%w: %w", errNotFound, noRows)
	fmt.Println(status(one))
	fmt.Println(status(two))
}
