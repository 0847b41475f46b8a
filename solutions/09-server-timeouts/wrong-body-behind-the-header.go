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
		Handler:           bodyLimit(logged(notes, log)),
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      20 * time.Second,
		IdleTimeout:       2 * time.Minute,
	}
}

// bodyLimit gives the client 15 s for the body.
func bodyLimit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(15 * time.Second))
		next.ServeHTTP(w, r)
	})
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
