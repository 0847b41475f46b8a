//go:build ignore

// Package servertimeouts holds the HTTP server of the notes API.
package servertimeouts

import (
	"log/slog"
	"net/http"
	"time"
)

// The four waits of a connection, each with an end of its own.
const (
	// A header is small and comes in one packet or two. Until it is complete
	// no handler runs and nothing is logged, so nothing else can end this wait.
	headerTimeout = 5 * time.Second

	// From the start of a request to the end of its body, whether a handler
	// reads it or net/http skips it to get at the next request.
	readTimeout = 10 * time.Second

	// From the end of the header to the last byte of the answer: work and
	// transport. It cancels nothing: a handler needs a shorter budget of its
	// own, or its client sees a cut connection where it should see an error.
	writeTimeout = 15 * time.Second

	// Between two requests. Longer than a client's pause, so that most of them
	// find their connection open.
	idleTimeout = time.Minute
)

// NewServer returns the server of the notes API; the caller runs Serve.
// notes answers the requests. Each answer is logged, and so is what net/http
// has to report about a connection.
func NewServer(notes http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:  logged(notes, log),
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),

		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
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
