package tree

import (
	"context"
	"errors"
	"io"
	"net/http"
)

const maxBody = 1 << 20 // bytes

// An Import stores notes for a user who has room for them.
type Import struct {
	Quota Step // asks another service, and may take long
	Store func(ctx context.Context, body []byte) error
}

// bodyStatus tells a body that is too large from one that broke off.
func bodyStatus(err error) int {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// ServeNaive asks for the quota and then reads what was sent.
func (i *Import) ServeNaive(w http.ResponseWriter, r *http.Request) {
	if err := i.Quota(r.Context()); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		w.WriteHeader(bodyStatus(err)) // 413 or 400
		return
	}
	i.store(w, r, body)
}

// Serve reads what was sent and then asks for the quota.
func (i *Import) Serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		w.WriteHeader(bodyStatus(err)) // 413 or 400
		return
	}
	if err := i.Quota(r.Context()); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	i.store(w, r, body)
}

func (i *Import) store(w http.ResponseWriter, r *http.Request, body []byte) {
	if err := i.Store(r.Context(), body); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusCreated)
}
