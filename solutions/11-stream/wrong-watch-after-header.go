//go:build ignore

// Package stream tells the pages that show a note of each change, while it
// happens.
package stream

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// writeLimit is how long a client may take to accept one event.
const writeLimit = 10 * time.Second

// A Note is one version of a note.
type Note struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// A Store keeps the notes.
type Store interface {
	// Watch returns the changes of a note from now on. The channel is closed when
	// the note is deleted, and by stop. Until then the store keeps a place for it.
	// Any goroutine may call stop, and further calls do nothing.
	Watch(id string) (changes <-chan Note, stop func())
}

// NewHandler serves GET /notes/{id}/changes: the changes of a note as server-sent
// events, and in the end that it was deleted.
func NewHandler(store Store) http.Handler {
	h := &handler{store: store}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}/changes", h.changes)
	return mux
}

type handler struct{ store Store }

// changes sends the changes of a note to one page.
func (h *handler) changes(w http.ResponseWriter, r *http.Request) {
	page := events{w: w, control: http.NewResponseController(w)}
	if err := page.begin(); err != nil {
		return // no place in the store for a page that has left already
	}
	changes, stop := h.store.Watch(r.PathValue("id"))
	defer stop()

	for {
		select {
		case note, ok := <-changes:
			if !ok {
				_ = page.send("deleted", r.PathValue("id"))
				return
			}
			if err := page.send("changed", note); err != nil {
				return // the page is closed, or its connection is stuck
			}
		case <-r.Context().Done():
			return // the page is closed, and maybe the note is quiet
		}
	}
}

// An events is the stream of events to one page.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// begin sends the header, so that the page knows that it's connected.
func (e events) begin() error {
	e.w.Header().Set("Content-Type", "text/event-stream")
	e.w.Header().Set("Cache-Control", "no-store")
	return e.control.Flush()
}

// send sends one event, and returns an error if the client hasn't taken it
// within the limit.
func (e events) send(name string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if err := e.control.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(e.w, "event: %s\ndata: %s\n\n", name, text); err != nil {
		return err
	}
	return e.control.Flush()
}
