package drops

import (
	"context"
	"time"
)

type Store interface {
	Load(ctx context.Context, id string) (string, error)
	Save(ctx context.Context, id, title string) error
}

// Rename gives a note a new title.
func Rename(ctx context.Context, s Store, id, title string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	look, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	old, err := s.Load(look, id)
	if err != nil || old == title {
		return err
	}
	return s.Save(context.WithoutCancel(ctx), id, title)
}
