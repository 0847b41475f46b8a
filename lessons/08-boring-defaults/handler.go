package defaults

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// A Save stores a note.
type Save func(ctx context.Context, note []byte) error

const (
	budget  = 2 * time.Second
	maxBody = 1 << 20
)

// Create starts the budget before it reads the body.
func Create(save Save) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), budget)
		defer cancel()
		note, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err == nil {
			err = save(ctx, note)
		}
		answer(w, err)
	}
}

// CreateLate starts the budget when the body is there.
func CreateLate(save Save) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		note, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		ctx, cancel := context.WithTimeout(r.Context(), budget)
		defer cancel()
		if err == nil {
			err = save(ctx, note)
		}
		answer(w, err)
	}
}

// answer maps err to what the client reads.
func answer(w http.ResponseWriter, err error) {
	status, body := http.StatusCreated, `{"id":"7"}`
	switch {
	case err == nil:
	case errors.Is(err, os.ErrDeadlineExceeded): // of the connection
		status, body = http.StatusRequestTimeout, `{"error":{"code":"timeout"}}`
	case errors.Is(err, context.DeadlineExceeded):
		status, body = http.StatusGatewayTimeout, `{"error":{"code":"timeout"}}`
	default:
		status, body = http.StatusInternalServerError, `{"error":{"code":"internal"}}`
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, body) // on an error, the client has gone
}
