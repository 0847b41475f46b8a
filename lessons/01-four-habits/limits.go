package fourhabits

import (
	"context"
	"net/http"
	"time"
)

// NewServer ends every wait for a slow peer.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       60 * time.Second,
	}
}

// NewClient gives up on a call after 3 s, reading the body included.
func NewClient(rt http.RoundTripper) *http.Client {
	return &http.Client{Transport: rt, Timeout: 3 * time.Second}
}

// FetchNaive asks url with a client that nobody has configured.
func FetchNaive(rt http.RoundTripper, url string) error {
	client := &http.Client{Transport: rt}
	res, err := client.Get(url)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// Fetch asks url for as long as ctx and the client allow.
func Fetch(ctx context.Context, client *http.Client, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}
