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

// Author returns the author of n, and waits at most limit for it.
func (s *Service) Author(ctx context.Context, n Note) (Author, error) {
	type answer struct {
		author Author
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		author, err := s.ask(n)
		answers <- answer{author, err}
	}()
	select {
	case a := <-answers:
		return a.author, a.err
	case <-ctx.Done():
		return Author{}, ctx.Err()
	case <-time.After(limit):
		return Author{}, fmt.Errorf("author of note %s: %w", n.ID, context.DeadlineExceeded)
	}
}

// ask returns the author of n, as the author service knows it.
func (s *Service) ask(n Note) (Author, error) {
	res, err := s.client.Get(s.url + "/authors/" + url.PathEscape(n.AuthorID))
	if err != nil {
		return Author{}, fmt.Errorf("author of note %s: %w", n.ID, err)
	}
	defer func() { _ = res.Body.Close() }()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return Author{}, fmt.Errorf("author of note %s: %w", n.ID, ErrNotFound)
	default:
		return Author{}, fmt.Errorf("author of note %s: status %d", n.ID, res.StatusCode)
	}
	var author Author
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(&author); err != nil {
		return Author{}, fmt.Errorf("author of note %s: %w", n.ID, err)
	}
	return author, nil
}
