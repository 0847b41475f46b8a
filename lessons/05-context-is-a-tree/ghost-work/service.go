package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const (
	maxBody  = 1 << 20 // bytes
	pageSize = 100     // bytes
	pages    = 10      // of each note that is imported
)

func serve(ctx context.Context, s *host.Service) error {
	i := &Import{store: s.URL("store"), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}", answer(func(_ http.ResponseWriter, r *http.Request) error {
		return i.call(r.Context(), http.MethodGet, "/note", "")
	}))
	mux.HandleFunc("POST /notes", answer(i.Save))
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: mux}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	return server.Serve(s.Listener)
}

// An Import stores notes for a user who has room for them.
type Import struct {
	store  string // its address
	client *http.Client
}

// Save stores the note that a request brings.
func (i *Import) Save(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := withBudget(requestContext(r))
	defer cancel()
	note, err := i.begin(ctx, w, r)
	if err != nil {
		return err
	}
	return i.putPages(ctx, r.Header.Get(requestID), note)
}

// requestContext is what the work of a request ends with.
func requestContext(r *http.Request) context.Context {
	if pass.On() {
		return r.Context()
	}
	return context.Background() // which has no end
}

// withBudget says how long an import may take.
func withBudget(ctx context.Context) (
	context.Context, context.CancelFunc,
) {
	if ms := budget.Get(); ms > 0 {
		d := time.Duration(ms) * time.Millisecond
		return context.WithTimeout(ctx, d)
	}
	return ctx, func() {} // as long as it takes
}

// begin reads the note and asks for the quota, in one order or the
// other.
func (i *Import) begin(
	ctx context.Context, w http.ResponseWriter, r *http.Request,
) ([]byte, error) {
	if first.On() {
		note, err := readNote(w, r)
		if err != nil {
			return nil, err
		}
		return note, i.quota(ctx, r.Header.Get(requestID))
	}
	if err := i.quota(ctx, r.Header.Get(requestID)); err != nil {
		return nil, err
	}
	return readNote(w, r)
}

// readNote reads the body to its end.
func readNote(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
}

// quota asks whether the user has room. It may take long.
func (i *Import) quota(ctx context.Context, id string) error {
	return i.call(ctx, http.MethodGet, "/quota", id)
}

// putPages stores a note page by page.
func (i *Import) putPages(
	ctx context.Context, id string, note []byte,
) error {
	for range slices.Chunk(note, pageSize) {
		if err := ctx.Err(); err != nil && asks.On() {
			return fmt.Errorf("stopped between pages: %w", err)
		}
		if err := i.putPage(id); err != nil {
			return err
		}
	}
	return nil
}

// putPage is of an old driver, which takes no context.
func (i *Import) putPage(id string) error {
	return i.call(context.Background(), http.MethodPost, "/page", id)
}

func (i *Import) call(ctx context.Context, method, path, id string) error {
	req, err := http.NewRequestWithContext(ctx, method, i.store+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set(requestID, id)
	resp, err := i.client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// answer tells the client how its request went.
func answer(serve func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch err := serve(w, r); {
		case err == nil:
			_, _ = fmt.Fprintln(w, "a note") // a client that left does not read it
		case errors.Is(err, context.DeadlineExceeded):
			http.Error(w, "This took too long.", http.StatusGatewayTimeout)
		default:
			http.Error(w, "Something went wrong here.", http.StatusInternalServerError)
		}
	}
}
