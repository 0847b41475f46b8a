package lostid

import (
	"context"
	"log/slog"
	"net/http"
)

func Author(ctx context.Context, client *http.Client,
	log *slog.Logger, url string) (int, error) {
	log.InfoContext(ctx, "asking for the author")
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Accept", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode, nil
}
