//go:build ignore

// Package outbound asks the author service who wrote a note.
package outbound

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

const (
	limit     = 3 * time.Second // for one call, to the last byte
	maxAnswer = 64 << 10        // bytes
)

// ErrNotFound says that the author service doesn't know the author.
var ErrNotFound = errors.New("author not found")

// A Note is one note of the team.
type Note struct {
	ID       string
	AuthorID string
}

// An Author wrote a note.
type Author struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Bio  string `json:"bio"`
}

// A Service finds authors. It may be used by several goroutines.
type Service struct {
	client *http.Client
	url    string
}

// NewService returns a service that asks the author service at url. All its calls
// go through transport, which has the connections of the process.
func NewService(transport http.RoundTripper, url string) *Service {
	return &Service{client: &http.Client{Transport: transport}, url: url}
}

// fetch reads what is at a path. The status counts only if there is no error.
func (s *Service) fetch(ctx context.Context, path string) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		return 0, nil, err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if len(answer) > maxAnswer {
		err = errors.New("answer too large")
	}
	return res.StatusCode, answer, err
}

// Author returns the author of n, as the author service knows it.
func (s *Service) Author(ctx context.Context, n Note) (Author, error) {
	status, answer, err := s.fetch(ctx, "/authors/"+url.PathEscape(n.AuthorID))
	switch {
	case err != nil:
		return Author{}, fmt.Errorf("author of note %s: %w", n.ID, err)
	case status == http.StatusNotFound:
		return Author{}, fmt.Errorf("author of note %s: %w", n.ID, ErrNotFound)
	case status != http.StatusOK:
		return Author{}, fmt.Errorf("author of note %s: status %d", n.ID, status)
	}
	var author Author
	if err := json.Unmarshal(answer, &author); err != nil {
		return Author{}, fmt.Errorf("author of note %s: %w", n.ID, err)
	}
	return author, nil
}
