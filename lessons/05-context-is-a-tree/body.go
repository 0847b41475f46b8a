package tree

import (
	"context"
	"io"
	"net/http"
)

const maxBody = 1 << 20 // bytes

// An Import stores notes for a user who has room for them.
type Import struct {
	Quota Step // asks another service, and may take long
	Store func(ctx context.Context, note []byte) error
}

// SaveNaive asks for the quota, then reads the note.
func (i *Import) SaveNaive(
	w http.ResponseWriter, r *http.Request,
) error {
	if err := i.Quota(r.Context()); err != nil {
		return err
	}
	note, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return err
	}
	return i.Store(r.Context(), note)
}

// Save reads the note, then asks for the quota.
func (i *Import) Save(
	w http.ResponseWriter, r *http.Request,
) error {
	note, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return err
	}
	if err := i.Quota(r.Context()); err != nil {
		return err
	}
	return i.Store(r.Context(), note)
}
