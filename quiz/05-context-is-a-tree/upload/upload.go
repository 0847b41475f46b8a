package upload

import (
	"context"
	"io"
	"net/http"
	"time"
)

type Step func(ctx context.Context, note []byte) error

func handle(r *http.Request, allow, save Step) error {
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	defer cancel()
	if err := allow(ctx, nil); err != nil {
		return err
	}
	note, err := io.ReadAll(r.Body) // capped by a middleware
	if err != nil {
		return err
	}
	return save(ctx, note)
}
