package calendar

import (
	"context"
	"io"
	"net/http"
	"time"
)

func ask(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(
		req.Context(), 3*time.Second)
	defer cancel()
	return http.DefaultClient.Do(req.WithContext(ctx))
}

func Read(req *http.Request) ([]byte, error) {
	res, err := ask(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	return io.ReadAll(io.LimitReader(res.Body, 1<<20))
}
