// Command error-map maps errors of a store whose request has ended.
package main

import (
	"context"
	"errors"
	"fmt"
)

func status(err error) int {
	if errors.Is(err, context.DeadlineExceeded) {
		return 504
	} else if errors.Is(err, context.Canceled) {
		return 499
	}
	return 500
}

func main() {
	timeout, gone := context.DeadlineExceeded, context.Canceled
	for _, err := range []error{timeout, gone} {
		fmt.Println(status(fmt.Errorf("write: %w", err)))
		fmt.Println(status(errors.New("write: " + err.Error())))
	}
}
