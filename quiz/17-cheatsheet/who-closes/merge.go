package merge

import "context"

// Merge sends what all sources have and closes the channel.
func Merge(
	ctx context.Context, sources ...[]string,
) <-chan string {
	notes := make(chan string)
	for _, source := range sources {
		go func() {
			defer close(notes)
			for _, note := range source {
				select {
				case notes <- note:
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	return notes
}
