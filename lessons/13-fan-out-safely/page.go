// Package fanout holds the programs of the lesson "Fan out safely": a
// page of the notes API that needs four other services, gathered in
// ways that leak and in ways that do not.
package fanout

import "context"

// A Page is made of parts, each from a service of its own.
type Page []string

// A Call asks one service for its part.
type Call func(ctx context.Context) (string, error)

// A reply carries one part, or the reason why there is none, from the
// goroutine that fetched it. slot is the part's place on the page.
type reply struct {
	slot int
	part string
	err  error
}
