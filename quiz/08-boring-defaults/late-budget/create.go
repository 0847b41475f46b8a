// Package latebudget creates a note.
package latebudget

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

func create(w http.ResponseWriter, r *http.Request,
	save func(context.Context, string) error) {
	var title string
	body := http.MaxBytesReader(w, r.Body, 1<<20)
	if err := json.NewDecoder(body).Decode(&title); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := save(ctx, title); err != nil {
		w.WriteHeader(http.StatusGatewayTimeout)
	}
}
