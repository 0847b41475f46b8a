// Package defaults has the programs of the lesson "Boring defaults": the
// limits of a server, and what they do to its slowest requests.
package defaults

import (
	"net/http"
	"time"
)

// NewServer ends every wait for a slow peer.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       60 * time.Second,
	}
}

// Timed answers after d for a handler that doesn't.
func Timed(h http.Handler, d time.Duration) http.Handler {
	return http.TimeoutHandler(h, d,
		`{"error":{"code":"timeout"}}`)
}
