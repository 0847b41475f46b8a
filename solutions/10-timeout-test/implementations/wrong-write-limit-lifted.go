//go:build ignore

// Package timeouttest serves the notes API to clients of any speed.
package timeouttest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// A Note is one note of a user.
type Note struct {
	Title string `json:"title"`
}

// A Store keeps notes.
type Store interface {
	// Save stores a note. When ctx ends it gives up and returns an error.
	Save(ctx context.Context, note Note) error
}

const (
	headerLimit   = 5 * time.Second
	bodyLimit     = 10 * time.Second
	storeLimit    = 15 * time.Second
	responseLimit = 30 * time.Second
)

// NewServer returns the server of POST /notes; its caller runs Serve. A request
// stores a note, and the response is a 201 with that note.
//
// Whoever keeps these limits is served:
//
//   - A header has 5 s to arrive and a body 10 s, or the connection ends, with a
//     response or without. A server may count a header's time as its body's, too.
//   - The store has until 15 s after the end of the header, however late the body
//     was. Then its context ends, and the response is a 503 with the body
//     {"error": {"code": "timeout", "message": "..."}}. That needn't wait until the
//     store has given up.
//   - The client has until 30 s after the end of the header to take the response,
//     or the connection ends.
//
// The words of a message are free.
func NewServer(store Store) *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), storeLimit)
		defer cancel()
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		var note Note
		if err != nil || json.Unmarshal(body, &note) != nil {
			fail(w, http.StatusBadRequest, "bad_request", "a note did not arrive in time, or is none")
			return
		}
		switch err := store.Save(ctx, note); {
		case errors.Is(err, context.DeadlineExceeded):
			fail(w, http.StatusServiceUnavailable, "timeout", "that took too long; try again")
		case err != nil:
			fail(w, http.StatusInternalServerError, "internal", "something went wrong on our side")
		default:
			respond(w, http.StatusCreated, note)
		}
	})
	return &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: headerLimit,
		ReadTimeout:       bodyLimit,
		WriteTimeout:      responseLimit,
		IdleTimeout:       time.Minute,
	}
}

func fail(w http.ResponseWriter, status int, code, message string) {
	respond(w, status, map[string]any{"error": map[string]string{"code": code, "message": message}})
}

func respond(w http.ResponseWriter, status int, body any) {
	// A long note on a slow line takes its time.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client has left
}
