// Package layered holds the programs of the lesson "Clean and layered": a
// small notes API, once as it grew and once with its layers, over a
// database and over a key-value store.
package layered

import "errors"

// A Note is a note as the service knows it: nothing here says how it is
// kept or how it is sent.
type Note struct {
	ID    string
	Title string
}

// ErrNotFound says that there is no such note, whoever keeps the notes.
var ErrNotFound = errors.New("no such note")
