package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/leakproof/lessons/lab/host"
)

// What a restyle has to draw.
const (
	usual  = 10 // attachments
	monday = 40
)

func serve(ctx context.Context, s *host.Service) error {
	service := &Service{url: s.URL("render"), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 512}}}
	host.Gauge("in_system", service.meter.inSystem)
	host.Gauge("rate_time", service.meter.rateTimesTime)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /restyle", answer(service.Restyle))
	mux.HandleFunc("GET /preview", answer(service.draw))
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: mux}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	return server.Serve(s.Listener)
}

// A Service restyles notebooks. All its requests share one budget.
type Service struct {
	budget Budget
	meter  meter
	url    string // of the render service
	client *http.Client
}

// Restyle draws every attachment. The first error stops the rest.
func (s *Service) Restyle(ctx context.Context) error {
	g, ctx := newGroup(ctx)
	for range attachments() {
		g.Go(func() error { return s.draw(ctx) })
	}
	return g.Wait()
}

// newGroup is where the goroutines of one request run.
func newGroup(ctx context.Context) (*errgroup.Group, context.Context) {
	g, ctx := errgroup.WithContext(ctx)
	if perRequest.On() {
		g.SetLimit(8) // Go waits for one of eight places
	}
	return g, ctx
}

func attachments() int {
	if big.On() {
		return monday
	}
	return usual
}

// draw holds a slot for one call and no longer.
func (s *Service) draw(ctx context.Context) error {
	defer s.meter.begin()()
	asked.Add(1)
	if err := s.budget.Acquire(ctx); err != nil {
		return err
	}
	defer s.budget.Release()
	if err := s.render(ctx); err != nil {
		return err
	}
	drawn.Add(1)
	return nil
}

func (s *Service) render(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// answer tells the client how its request went.
func answer(work func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch err := work(r.Context()); {
		case err == nil:
			_, _ = fmt.Fprintln(w, "drawn") // a client that left does not read it
		case errors.Is(err, ErrFull):
			w.Header().Set("Retry-After", "1")
			http.Error(w, "Too much to draw. Try again.", http.StatusServiceUnavailable)
		default:
			http.Error(w, "Something went wrong here.", http.StatusInternalServerError)
		}
	}
}
