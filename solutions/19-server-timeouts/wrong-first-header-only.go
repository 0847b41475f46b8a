//go:build ignore

// Package servertimeouts holds the HTTP server of the notes API.
package servertimeouts

import (
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// NewServer returns the server of the notes API; the caller runs Serve.
// notes answers the requests. Each answer is logged, and so is what net/http
// has to report about a connection.
func NewServer(notes http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:  logged(timedBody(notes), log),
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),

		WriteTimeout: 10 * time.Second,
		IdleTimeout:  time.Minute,
		ConnState:    newConnections(5 * time.Second),
	}
}

// newConnections closes connections that have not sent a request after d.
func newConnections(d time.Duration) func(net.Conn, http.ConnState) {
	var timers sync.Map
	return func(conn net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			timers.Store(conn, time.AfterFunc(d, func() { _ = conn.Close() }))
		default:
			if timer, ok := timers.LoadAndDelete(conn); ok {
				timer.(*time.Timer).Stop()
			}
		}
	}
}

func timedBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			panic(http.ErrAbortHandler)
		}
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
