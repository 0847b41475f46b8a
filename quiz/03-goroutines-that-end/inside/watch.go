// Package inside watches an open page.
package inside

import "context"

// Watch hands on ten changes at a time until ctx ends.
func Watch(ctx context.Context, changes <-chan string,
	out chan<- []string, seen, last chan<- string) {
	var batch []string
	for {
		select {
		case c := <-changes:
			seen <- c
			batch = append(batch, c)
		case <-ctx.Done():
			last <- "closed"
			return
		}
		if len(batch) == 10 {
			out <- batch
			batch = nil
		}
	}
}
