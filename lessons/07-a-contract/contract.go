// Package contract has the programs of the lesson "A contract": POST /notes
// from its first byte to its last.
package contract

import (
	"errors"
	"fmt"
	"strings"
)

// A NewNote is what a client sends.
type NewNote struct {
	Title   string `json:"title"`
	Content string `json:"content"`
}

// A Note is what the client gets back.
type Note struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Content string `json:"content,omitempty"`
}

// ErrInvalid is wrapped in everything that the client got wrong.
var ErrInvalid = errors.New("invalid note")

func (n NewNote) validate() error {
	if strings.TrimSpace(n.Title) == "" {
		return fmt.Errorf("%w: no title", ErrInvalid)
	}
	return nil
}
