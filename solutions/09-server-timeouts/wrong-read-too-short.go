//go:build ignore

// Package servertimeouts holds the HTTP server of the notes API.
package servertimeouts

import (
	"log/slog"
	"net/http"
	"time"
)

// NewServer returns the server of the notes API; the caller runs Serve.
// notes answers the requests. Each answer is logged, and so is what net/http
// has to report about a connection.
func NewServer(notes http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:  logged(notes, log),
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),

		ReadHeaderTimeout: 2 * time.Second,
		ReadTimeout:       3500 * time.Millisecond,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       60 * time.Second,
	}
}

// logged writes one line for each answer of next.
func logged(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		answer := &answer{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		log.InfoContext(r.Context(), "answered",
			"method", r.Method,
			"path", r.URL.Path,
			"status", answer.status,
			"took", time.Since(start))
	})
}

// An answer remembers its status for the log.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap leads http.ResponseController to the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
