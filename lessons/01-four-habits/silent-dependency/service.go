package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const (
	connections = 10                     // to the database
	queryTime   = 20 * time.Millisecond  // of the database
	indexLimit  = 300 * time.Millisecond // of the client for the index
)

func serve(ctx context.Context, s *host.Service) error {
	notes := &Service{
		conns: make(chan struct{}, connections),
		index: s.URL("index"), transport: &http.Transport{MaxIdleConnsPerHost: connections},
	}
	host.Gauge("connections", func() float64 { return float64(len(notes.conns)) })
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}", answer(notes.Read))
	mux.HandleFunc("POST /notes", answer(notes.Save))
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: mux}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	return server.Serve(s.Listener)
}

// answer gives a request its budget and tells the client how it went.
func answer(work func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := withBudget(r.Context())
		defer cancel()
		switch err := work(ctx); {
		case err == nil:
			_, _ = fmt.Fprintln(w, "a note") // a client that left does not read it
		case errors.Is(err, context.DeadlineExceeded):
			http.Error(w, "This took too long.", http.StatusGatewayTimeout)
		default:
			http.Error(w, "Something went wrong here.", http.StatusInternalServerError)
		}
	}
}

// withBudget says how long a request may take.
func withBudget(ctx context.Context) (
	context.Context, context.CancelFunc,
) {
	if ms := budget.Get(); ms > 0 {
		d := time.Duration(ms) * time.Millisecond
		return context.WithTimeout(ctx, d)
	}
	return ctx, func() {} // as long as it takes
}

// A Service reads and saves notes over a few database connections.
type Service struct {
	conns     chan struct{} // one place for each connection
	index     string        // its address
	transport http.RoundTripper
}

// Read takes a connection for one query.
func (s *Service) Read(ctx context.Context) error {
	give, err := s.take(ctx)
	if err != nil {
		return err
	}
	defer give()
	return pause(ctx, queryTime)
}

// Save keeps its connection until the search index answers,
// or gives it back before it asks.
func (s *Service) Save(ctx context.Context) error {
	give, err := s.take(ctx)
	if err != nil {
		return err
	}
	defer give()
	if err := pause(ctx, queryTime); err != nil {
		return err
	}
	if early.On() {
		give() // the index needs no connection
	}
	return s.tellIndex(ctx)
}

func (s *Service) tellIndex(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.index, nil)
	if err != nil {
		return err
	}
	resp, err := s.indexClient().Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// indexClient is the client for the index.
func (s *Service) indexClient() *http.Client {
	if limit.On() {
		return &http.Client{Transport: s.transport, Timeout: indexLimit}
	}
	return &http.Client{Transport: s.transport} // no limit
}

// take waits for a connection. It returns what gives it back.
func (s *Service) take(ctx context.Context) (give func(), err error) {
	select {
	case s.conns <- struct{}{}:
		return sync.OnceFunc(func() { <-s.conns }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// pause waits for d or for the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
