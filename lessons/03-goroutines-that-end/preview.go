package lifetimes

import "context"

// A Page is a rendered note.
type Page struct{ HTML string }

// PreviewNaive renders a note and gives up when ctx ends.
func PreviewNaive(
	ctx context.Context, render func() *Page,
) (*Page, error) {
	out := make(chan *Page)
	go func() { out <- render() }()
	select {
	case page := <-out:
		return page, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Preview does the same, and its one send always has room.
func Preview(
	ctx context.Context, render func() *Page,
) (*Page, error) {
	out := make(chan *Page, 1)
	go func() { out <- render() }()
	select {
	case page := <-out:
		return page, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
