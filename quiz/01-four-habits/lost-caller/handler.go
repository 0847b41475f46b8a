package lostcaller

import (
	"context"
	"net/http"
	"time"
)

type Store interface {
	Get(ctx context.Context, id string) (string, error)
	Seen(ctx context.Context, id string)
}

func Handle(s Store, w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	id := r.PathValue("id")
	note, err := s.Get(context.WithoutCancel(ctx), id)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	s.Seen(ctx, id)
	_, _ = w.Write([]byte(note))
}
