// Package budget holds the programs of the lesson "A concurrency budget":
// a notebook gets a new style, which means that a slow service draws every
// attachment of every note again, at once, in turns and with a pool.
package budget

import "context"

// A Note has attachments, which are drawn one by one.
type Note struct{ Attachments []string }

// A Render draws one attachment. It waits for a service.
type Render func(ctx context.Context, attachment string) error
