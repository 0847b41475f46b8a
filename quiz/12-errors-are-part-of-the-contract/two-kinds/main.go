// Command two-kinds maps a failed insert whose rollback failed too.
package main

import (
	"context"
	"errors"
	"fmt"
)

var ErrConflict = errors.New("conflict")

func status(err error) int {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return 504
	case errors.Is(err, ErrConflict):
		return 409
	}
	return 500
}

func main() {
	err := errors.Join(ErrConflict, context.DeadlineExceeded)
	fmt.Println(status(err), status(fmt.Errorf("save: %s", err)))
}
