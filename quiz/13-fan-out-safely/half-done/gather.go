// Package halfdone asks all services at once.
package halfdone

import "context"

// Gather returns the parts in the order in which they arrive.
func Gather(ctx context.Context, calls []func() string) []string {
	replies := make(chan string)
	for _, call := range calls {
		go func() {
			part := call()
			select {
			case replies <- part:
			case <-ctx.Done():
			}
		}()
	}
	var parts []string
	for range calls {
		parts = append(parts, <-replies)
	}
	return parts
}
