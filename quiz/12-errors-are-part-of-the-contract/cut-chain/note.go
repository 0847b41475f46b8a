// Package note opens notes.
package note

import (
	"errors"
	"fmt"
)

var ErrNotFound = errors.New("not found")

func Status(err error) int {
	if errors.Is(err, ErrNotFound) {
		return 404
	}
	return 500
}

func Open(id string, get func(string) error) error {
	if err := get(id); err != nil {
		err = fmt.Errorf("store: %w", err)
		err = fmt.Errorf("open note %q: %s", id, err)
		return fmt.Errorf("handler: %w", err)
	}
	return nil
}
