//go:build ignore

package oncall

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// A checker asks another team's service whether a line may be written.
type checker struct {
	url    string
	client *http.Client
}

func newChecker(url string, transport http.RoundTripper) *checker {
	return &checker{url, &http.Client{Transport: transport, Timeout: 2 * time.Second}}
}

// check returns errBlocked if the line must not be written, and errUnavailable if
// nobody can say.
func (c *checker) check(ctx context.Context, line string) error {
	body, err := json.Marshal(map[string]string{"line": line})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.client.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnavailable, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: %s", errUnavailable, res.Status)
	}
	var verdict struct{ Blocked *bool } // nil if it isn't there
	if err := json.NewDecoder(res.Body).Decode(&verdict); err != nil {
		return fmt.Errorf("%w: %w", errUnavailable, err)
	}
	if verdict.Blocked == nil {
		return fmt.Errorf("%w: no verdict", errUnavailable)
	}
	if *verdict.Blocked {
		return errBlocked
	}
	return nil
}
