package main

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const budget = time.Second // of a handler

func serve(ctx context.Context, s *host.Service) error {
	db, err := open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	go setSize(ctx, db)
	go measure(ctx, db)
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: handler(&SQLStore{db})}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	return server.Serve(s.Listener)
}

func handler(store *SQLStore) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notebooks/{id}/titles", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), budget)
		defer cancel()
		titles, err := store.Titles(ctx, r.PathValue("id"))
		answer(w, titles, err)
	})
	mux.HandleFunc("GET /notebooks/{id}/latest", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := previewContext(r.Context())
		defer cancel()
		title, err := store.Latest(ctx, r.PathValue("id"))
		answer(w, title, err)
	})
	return mux
}

// previewContext is what a preview has time for.
func previewContext(
	request context.Context,
) (context.Context, context.CancelFunc) {
	if deadline.On() {
		return context.WithTimeout(request, budget)
	}
	return context.Background(), func() {} // as in a job
}

func answer(w http.ResponseWriter, body any, err error) {
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body) // a client that left does not read it
}
