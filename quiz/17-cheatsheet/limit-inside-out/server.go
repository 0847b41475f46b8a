package api

import (
	"context"
	"net/http"
	"time"
)

func NewServer(find func(context.Context) error) *http.Server {
	return &http.Server{
		ReadHeaderTimeout: 2 * time.Second,
		ReadTimeout:       4 * time.Second,
		WriteTimeout:      8 * time.Second,
		IdleTimeout:       60 * time.Second,
		Handler: http.HandlerFunc(
			func(w http.ResponseWriter, r *http.Request) {
				ctx, cancel := context.WithTimeout(
					r.Context(), 10*time.Second)
				defer cancel()
				if find(ctx) != nil {
					w.WriteHeader(http.StatusGatewayTimeout)
				}
			}),
	}
}
