// Command error-map maps two errors of requests that have ended.
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
	late := fmt.Errorf("write: %v", context.DeadlineExceeded)
	fmt.Println(status(fmt.Errorf("create: %w", late)))
	gone := fmt.Errorf("write: %w", context.Canceled)
	fmt.Println(status(fmt.Errorf("create: %w", gone)))
}
