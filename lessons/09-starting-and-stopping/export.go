package lifecycle

import (
	"context"
	"errors"
	"net/http"
)

// Export responds with every note; work is the part that takes long.
func Export(work func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		err := work(ctx)
		switch {
		case err == nil:
			w.WriteHeader(http.StatusOK)
		case errors.Is(context.Cause(ctx), ErrStopping):
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	}
}
