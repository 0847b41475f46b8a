// Package tree holds the programs of the lesson "Context is a tree": the
// contexts below a request of a notes service, and what ends them.
package tree

import (
	"context"
	"net/http"
	"time"
)

const requestBudget = 2 * time.Second

// WithBudget gives each request two seconds.
func WithBudget(next http.Handler) http.Handler {
	serve := func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestBudget)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	}
	return http.HandlerFunc(serve)
}

// A Step is work that ends with its context.
type Step func(ctx context.Context) error

// Export renders a note as a PDF. That is slow, so it gets a minute.
func Export(ctx context.Context, render Step) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return render(ctx)
}
