package upload

import (
	"context"
	"io"
	"net/http"
)

type Service struct {
	Scan func(ctx context.Context) error
	Save func(ctx context.Context, note []byte) error
}

func (s *Service) handle(r *http.Request) error {
	ctx := r.Context()
	if err := s.Scan(ctx); err != nil {
		return err
	}
	note, err := io.ReadAll(r.Body) // capped by a middleware
	if err != nil {
		return err
	}
	return s.Save(ctx, note)
}
