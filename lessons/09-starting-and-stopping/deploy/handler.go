package main

import (
	"context"
	"errors"
	"net/http"
	"time"
)

const (
	readTakes   = 20 * time.Millisecond
	exportTakes = 800 * time.Millisecond
)

// newService serves notes.
func newService() *Service {
	s := &Service{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", s.Readyz)
	mux.Handle("GET /notes/{id}", s.counted(answerAfter(readTakes)))
	mux.Handle("POST /exports", s.counted(answerAfter(exportTakes)))
	s.Handler = mux
	return s
}

// counted counts the requests under way.
func (s *Service) counted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		defer s.requests.Add(-1)
		h.ServeHTTP(w, r)
	})
}

// answerAfter responds when its work is done.
func answerAfter(d time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		err := work(ctx, d)
		switch {
		case err == nil:
			w.WriteHeader(http.StatusOK)
		case errors.Is(context.Cause(ctx), ErrStopping):
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	}
}

// work takes a while, as a store does.
func work(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
