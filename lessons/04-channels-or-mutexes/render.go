package shared

import "context"

// Render sends the page of each note and closes pages at the end.
func Render(
	ctx context.Context, notes []string, pages chan<- []byte,
) error {
	defer close(pages) // only the sender knows that none will follow
	for _, note := range notes {
		page := []byte("# " + note) // ours until it is sent
		select {
		case pages <- page:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// RenderReused saves an allocation for each note.
func RenderReused(
	ctx context.Context, notes []string, pages chan<- []byte,
) error {
	defer close(pages)
	var page []byte
	for _, note := range notes {
		page = append(append(page[:0], "# "...), note...)
		select {
		case pages <- page:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
