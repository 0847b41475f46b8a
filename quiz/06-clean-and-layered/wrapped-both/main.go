// Command wrapped-both has two stores and one handler.
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
	noKey := errors.New("kv: no such key")
	db := fmt.Errorf("%w: %w", errNotFound, sql.ErrNoRows)
	kv := fmt.Errorf("%w: %w", errNotFound, noKey)
	fmt.Println(errors.Is(db, errNotFound), status(db))
	fmt.Println(errors.Is(kv, errNotFound), status(kv))
}
