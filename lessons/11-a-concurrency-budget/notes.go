// Package budget holds the programs of the lesson "A concurrency budget":
// a notebook gets a new style, so a slow service has to draw every attachment
// of every note again.
package budget

import "context"

// A Note has attachments, each a drawing.
type Note struct{ Attachments []string }

// A Render draws one attachment. It waits for a service.
type Render func(ctx context.Context, attachment string) error
