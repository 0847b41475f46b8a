package main

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const (
	workers   = 10                    // of the store
	piece     = 50 * time.Millisecond // of work
	slowQuota = 8                     // pieces of work, for every second user
	requestID = "Request-Id"          // the header
)

// The store's work, in pieces.
var (
	work  = host.Count("work")
	ghost = host.Count("ghost")
)

// A store has ten workers. A call waits for one of them for each piece of work.
type store struct{ free chan struct{} }

func newStore() http.Handler {
	s := &store{make(chan struct{}, workers)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /note", s.does(1))
	mux.HandleFunc("POST /page", s.does(1))
	var quotas atomic.Int64
	mux.HandleFunc("GET /quota", func(w http.ResponseWriter, r *http.Request) {
		pieces := 1
		if quotas.Add(1)%2 == 0 {
			pieces = slowQuota // this user's notes have to be counted
		}
		s.does(pieces)(w, r)
	})
	return mux
}

func (s *store) does(pieces int) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		for range pieces {
			if !s.work(r.Context(), r.Header.Get(requestID)) {
				return // the service has left
			}
		}
	}
}

// work does one piece, and counts it as a ghost's if the client had left before
// it began.
func (s *store) work(ctx context.Context, id string) (done bool) {
	select {
	case s.free <- struct{}{}:
		defer func() { <-s.free }()
	case <-ctx.Done():
		return false
	}
	_, waits := here.Load(id)
	select {
	case <-time.After(piece):
	case <-ctx.Done():
		return false
	}
	work.Add(1)
	if id != "" && !waits {
		ghost.Add(1)
	}
	return true
}
