package main

import (
	"context"
	"io"
	"net/http"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const (
	budget     = time.Second           // of a handler
	storeTakes = 20 * time.Millisecond // for a note
	maxBody    = 1 << 20               // bytes of a note
	exportSize = 1 << 20               // bytes of all notes
)

// newServer has the timeouts that are on. They're shorter than yours
// should be, so that you needn't wait for them.
func newServer(h http.Handler) *http.Server {
	srv := &http.Server{Handler: h}
	if header.On() {
		srv.ReadHeaderTimeout = 1 * time.Second
	}
	if read.On() {
		srv.ReadTimeout = 2 * time.Second
	}
	if write.On() {
		srv.WriteTimeout = 2 * time.Second
	}
	if idle.On() {
		srv.IdleTimeout = 2 * time.Second
	}
	return srv
}

// serve starts a new server whenever a timeout is changed, as a deploy does,
// and closes the one before with all its connections.
func serve(ctx context.Context, s *host.Service) error {
	room := newPlaces(ctx, s.Listener)
	host.Gauge("connections", room.taken)
	for ctx.Err() == nil {
		changed := host.Changed()
		srv := newServer(notes())
		served := make(chan error, 1)
		go func() { served <- srv.Serve(room.forServer()) }()
		for ctx.Err() == nil && sameTimeouts(srv, newServer(nil)) {
			select {
			case err := <-served:
				return err
			case <-changed:
				changed = host.Changed()
			case <-ctx.Done():
			}
		}
		_ = srv.Close() // whoever was connected has to come back
	}
	return nil
}

func sameTimeouts(a, b *http.Server) bool {
	return a.ReadHeaderTimeout == b.ReadHeaderTimeout && a.ReadTimeout == b.ReadTimeout &&
		a.WriteTimeout == b.WriteTimeout && a.IdleTimeout == b.IdleTimeout
}

func notes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}", get)
	mux.HandleFunc("POST /notes", create)
	mux.HandleFunc("GET /export", export)
	return mux
}

func get(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), budget)
	defer cancel()
	answer(w, http.StatusOK, store(ctx))
}

// create has a budget too. It doesn't end the read of a body.
func create(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), budget)
	defer cancel()
	_, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = store(ctx)
	}
	answer(w, http.StatusCreated, err)
}

// export sends all notes. Its last writes wait until the client has read.
func export(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write(make([]byte, exportSize)) // on an error, the client has gone
}

// store takes a while for each note.
func store(ctx context.Context) error {
	select {
	case <-time.After(storeTakes): // stands for the disk
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func answer(w http.ResponseWriter, status int, err error) {
	if err != nil {
		status = http.StatusServiceUnavailable
	}
	w.WriteHeader(status)
}
