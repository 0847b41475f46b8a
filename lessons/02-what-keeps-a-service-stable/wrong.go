package stable

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
)

// ExportAllAtOnce starts all queries at the same moment.
func ExportAllAtOnce(
	ctx context.Context, s Store, ids []string,
) ([]Note, error) {
	notes, errs := make([]Note, len(ids)), make([]error, len(ids))
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() { notes[i], errs[i] = s.Find(ctx, id) })
	}
	wg.Wait()
	return notes, errors.Join(errs...)
}

// ExportForNobody has a bound but drops the client's context.
func ExportForNobody(
	_ context.Context, s Store, ids []string,
) ([]Note, error) {
	return Export(context.Background(), s, ids)
}

// ExportNeither has no bound and drops the context, too.
func ExportNeither(
	_ context.Context, s Store, ids []string,
) ([]Note, error) {
	return ExportAllAtOnce(context.Background(), s, ids)
}

// createRaw has the same answer for every failure.
func (h *Handler) createRaw(w http.ResponseWriter, r *http.Request) {
	var n Note
	err := json.NewDecoder(r.Body).Decode(&n)
	if err == nil {
		err = h.notes.Create(r.Context(), n)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeJSON(w, http.StatusCreated, n)
}

// RawRoutes is Routes with createRaw instead of create.
func (h *Handler) RawRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes", h.createRaw)
	return mux
}
