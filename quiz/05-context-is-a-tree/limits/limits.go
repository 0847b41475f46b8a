package limits

import (
	"context"
	"net/http"
	"time"
)

type Step func(ctx context.Context) error

func WithBudget(next http.Handler) http.Handler {
	serve := func(w http.ResponseWriter, r *http.Request) {
		ctx, end := context.WithTimeout(r.Context(), 2*time.Second)
		defer end()
		next.ServeHTTP(w, r.WithContext(ctx))
	}
	return http.HandlerFunc(serve)
}

func Export(ctx context.Context, render Step) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	return render(ctx)
}
