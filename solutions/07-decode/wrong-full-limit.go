//go:build ignore

// Package decode serves POST /notes: it takes one note out of a request and
// hands it to a store.
package decode

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maxBody is the largest request body that the API takes, in bytes.
const maxBody = 16 << 10

// A Note is one note as the store keeps it and the API shows it.
type Note struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Content string `json:"content,omitempty"`
}

// A Store keeps notes.
type Store interface {
	// Create keeps a note and returns it with its id.
	Create(ctx context.Context, n Note) (Note, error)
}

// NewHandler serves POST /notes.
func NewHandler(store Store) http.Handler {
	h := &handler{store: store}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes", h.create)
	return mux
}

type handler struct{ store Store }

func (h *handler) create(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength > maxBody {
		writeError(w, http.StatusRequestEntityTooLarge, "too_large", "A note has at most 16 KiB.")
		return
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		writeError(w, http.StatusBadRequest, "validation_error", "The note could not be read.")
		return
	}
	if len(raw) == maxBody { // the limit was hit
		writeError(w, http.StatusRequestEntityTooLarge, "too_large", "A note has at most 16 KiB.")
		return
	}
	in, err := decode(bytes.NewReader(raw))
	if err != nil {
		writeError(w, http.StatusBadRequest, "validation_error", "A note has a title and may have a content.")
		return
	}
	note, err := h.store.Create(r.Context(), Note{Title: in.Title, Content: in.Content})
	if err != nil {
		writeError(w, http.StatusInternalServerError, "internal", "The note could not be stored.")
		return
	}
	writeJSON(w, http.StatusCreated, note)
}

// A newNote is what a client sends. It cannot choose an id.
type newNote struct {
	Title   string `json:"title"`
	Content string `json:"content"`
}

// decode returns the note in a request's body.
func decode(body io.Reader) (newNote, error) {
	dec := json.NewDecoder(body)
	dec.DisallowUnknownFields()
	var in newNote
	if err := dec.Decode(&in); err != nil {
		return newNote{}, fmt.Errorf("decode note: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return newNote{}, errors.New("decode note: something behind the note")
	}
	if in.Title == "" {
		return newNote{}, errors.New("decode note: no title")
	}
	return in, nil
}

// writeError answers in the one shape that every failure of the API has.
func writeError(w http.ResponseWriter, status int, code, message string) {
	type problem struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	writeJSON(w, status, map[string]problem{"error": {code, message}})
}

// writeJSON answers with v. A value that cannot be encoded is a bug here, and
// a failed write means that the client has gone.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}
