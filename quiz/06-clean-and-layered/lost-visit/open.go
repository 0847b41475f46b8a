// Package lostvisit opens a note and counts the visit.
package lostvisit

import (
	"context"
	"io"
	"net/http"
)

type Store interface {
	Find(ctx context.Context, id string) (string, error)
	Visit(ctx context.Context, id string)
}

func Open(s Store, w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	title, err := s.Find(r.Context(), id)
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	go s.Visit(r.Context(), id)
	_, _ = io.WriteString(w, title)
}
