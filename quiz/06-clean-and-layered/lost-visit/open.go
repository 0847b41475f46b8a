// Package lostvisit opens a note and keeps records of that.
package lostvisit

import (
	"context"
	"net/http"
)

type Store interface {
	Title(ctx context.Context, id string) string
	Read(ctx context.Context, id string)
	Visit(ctx context.Context, id string)
	Count(ctx context.Context, id string)
}

func Open(s Store, w http.ResponseWriter, r *http.Request) {
	id, ctx := r.PathValue("id"), r.Context()
	own := context.WithoutCancel(ctx)
	title := s.Title(ctx, id)
	s.Read(ctx, id)
	go s.Visit(ctx, id)
	go s.Count(own, id)
	_, _ = w.Write([]byte(title))
}
