package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const slowFor = 10 * time.Second // then the database is as before

var (
	wanted = host.Count("wanted") // saves
	calls  = host.Count("calls")  // of the database
)

func serve(ctx context.Context, s *host.Service) error {
	h := &Handler{store: &Store{
		url: s.URL("database"), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}},
	}}
	host.Gauge("recovery", h.outage.seconds)
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(h.create)}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	go mend(ctx) // until ctx is done
	return server.Serve(s.Listener)
}

// mend has the database quick again after ten seconds.
func mend(ctx context.Context) {
	var end <-chan time.Time
	for {
		changed := host.Changed()
		switch on := slow.On(); {
		case on && end == nil:
			end = time.After(slowFor)
		case !on:
			end = nil
		}
		select {
		case <-changed:
		case <-end:
			slow.Off()
		case <-ctx.Done():
			return
		}
	}
}

// A Handler saves notes.
type Handler struct {
	store  *Store
	outage outage
}

// create repeats nothing: the store does.
func (h *Handler) create(w http.ResponseWriter, r *http.Request) {
	wanted.Add(1)
	ctx, cancel := withDeadline(r.Context())
	defer cancel()
	err := h.store.PutOnce(ctx)
	h.outage.ended(err == nil)
	switch {
	case err == nil:
		_, _ = fmt.Fprintln(w, "saved") // a client that left does not read it
	case errors.Is(err, context.DeadlineExceeded):
		http.Error(w, "This took too long.", http.StatusGatewayTimeout)
	default:
		http.Error(w, "Something went wrong here.", http.StatusServiceUnavailable)
	}
}

// withDeadline says how long a save may take, with all its tries.
func withDeadline(ctx context.Context) (
	context.Context, context.CancelFunc,
) {
	d := time.Duration(deadline.Get()) * time.Millisecond
	return context.WithTimeout(ctx, d)
}

// A Store keeps notes in a database.
type Store struct {
	url    string // of the database
	client *http.Client
	retry  Retry
}

// PutOnce is safe to repeat: there is a unique index on the note's key.
func (s *Store) PutOnce(ctx context.Context) error { return s.retry.Do(ctx, s.insert) }

func (s *Store) insert(ctx context.Context) error {
	calls.Add(1)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, nil)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	if resp.StatusCode == http.StatusServiceUnavailable {
		err = fmt.Errorf("%w: %s", errTransient, resp.Status)
	}
	return errors.Join(err, resp.Body.Close())
}
