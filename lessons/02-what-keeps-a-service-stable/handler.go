package stable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

const (
	// Budget is part of the contract: a read or a write takes no longer.
	Budget  = 2 * time.Second
	maxBody = 1 << 20 // bytes
)

// A Handler knows HTTP; the layers below it don't.
type Handler struct {
	notes *Service
	log   *slog.Logger
}

// NewHandler serves notes and logs to log.
func NewHandler(notes *Service, log *slog.Logger) *Handler {
	return &Handler{notes, log}
}

// Routes is the API.
func (h *Handler) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}", h.get)
	mux.HandleFunc("POST /notes", h.create)
	return mux
}

func (h *Handler) get(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), Budget)
	defer cancel()
	n, err := h.notes.Note(ctx, r.PathValue("id"))
	if err != nil {
		h.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, n)
}

func (h *Handler) create(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), Budget)
	defer cancel()
	var n Note
	body := http.MaxBytesReader(w, r.Body, maxBody)
	if err := json.NewDecoder(body).Decode(&n); err != nil {
		h.fail(w, r, fmt.Errorf("%w: %w", ErrInvalid, err))
		return
	}
	if err := h.notes.Create(ctx, n); err != nil {
		h.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusCreated, n)
}

// fail is the only place that turns an error into an answer.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, code := http.StatusInternalServerError, "internal"
	switch {
	case errors.Is(err, ErrInvalid):
		status, code = http.StatusBadRequest, "validation_error"
	case errors.Is(err, context.DeadlineExceeded):
		status, code = http.StatusGatewayTimeout, "timeout"
	case errors.Is(err, context.Canceled):
		status, code = 499, "canceled" // for the log: the client has left
	}
	h.log.WarnContext(r.Context(), "request failed", "code", code, "error", err)
	writeJSON(w, status, map[string]any{
		"error": map[string]string{"code": code},
	})
}

// writeJSON answers with v. A failed write means that the client has left.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err)) // a bug: v is ours
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
