package fanout

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// maxTitle is in bytes; what is beyond it is no title.
const maxTitle = 1 << 10

// TitleNoClose asks a service for a title and never closes the answer.
func TitleNoClose(
	ctx context.Context, client *http.Client, url string,
) (string, error) {
	req, err := http.NewRequestWithContext(
		ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("title: status %d", res.StatusCode)
	}
	title, err := io.ReadAll(io.LimitReader(res.Body, maxTitle))
	return string(title), err
}

// Title does the same and closes what it was given, on every way out.
func Title(
	ctx context.Context, client *http.Client, url string,
) (string, error) {
	req, err := http.NewRequestWithContext(
		ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }() // read-only: nothing to lose
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("title: status %d", res.StatusCode)
	}
	title, err := io.ReadAll(io.LimitReader(res.Body, maxTitle))
	return string(title), err
}
