package lostid

import (
	"context"
	"log/slog"
	"net/http"
)

func Author(ctx context.Context, client *http.Client,
	log *slog.Logger, url string) (int, error) {
	log.Info("asking for the author", "url", url)
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	req = req.WithContext(ctx)
	req.Header = http.Header{"Accept": {"application/json"}}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode, nil
}
