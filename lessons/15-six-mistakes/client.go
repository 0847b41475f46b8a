package sixmistakes

import (
	"context"
	"net/http"
	"time"
)

const authorLimit = 2 * time.Second

// AskNaive makes a client where its limit is known.
func AskNaive(ctx context.Context, dial Dial, url string,
) ([]byte, error) {
	return Read(ctx, NewClient(dial, 20), url)
}

// NewClient makes the client that the whole process shares.
func NewClient(dial Dial, parallel int) *http.Client {
	t := &http.Transport{
		DialContext:         dial,
		MaxIdleConnsPerHost: parallel,
		IdleConnTimeout:     90 * time.Second,
	}
	return &http.Client{Transport: t, Timeout: authorLimit}
}
