//go:build ignore

package oncall

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

const (
	budget   = 4 * time.Second // of a request, from its header to its response
	maxBody  = 64 << 10
	maxBatch = 100
)

type handler struct {
	notes *service
	log   *slog.Logger
}

// newHandler serves the notes over HTTP.
func newHandler(notes *service, log *slog.Logger) http.Handler {
	h := &handler{notes, log}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes", h.create)
	mux.HandleFunc("GET /notes", h.list)
	mux.HandleFunc("GET /notes/{id}", h.get)
	mux.HandleFunc("POST /notes/{id}/lines", h.addLine)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), budget)
		defer cancel()
		mux.ServeHTTP(w, r.WithContext(ctx))
	})
}

func (h *handler) create(w http.ResponseWriter, r *http.Request) {
	var note Note
	line, err := readLine(w, r)
	if err == nil {
		note, err = h.notes.create(r.Context(), line)
	}
	h.answer(w, r, http.StatusCreated, note, err)
}

func (h *handler) addLine(w http.ResponseWriter, r *http.Request) {
	var note Note
	line, err := readLine(w, r)
	if err == nil {
		note, err = h.notes.addLine(r.Context(), r.PathValue("id"), line)
	}
	h.answer(w, r, http.StatusOK, note, err)
}

func (h *handler) get(w http.ResponseWriter, r *http.Request) {
	note, err := h.notes.get(r.Context(), r.PathValue("id"))
	h.answer(w, r, http.StatusOK, note, err)
}

// list answers with the notes that the request names, in its order.
func (h *handler) list(w http.ResponseWriter, r *http.Request) {
	ids := r.URL.Query()["id"]
	if len(ids) > maxBatch {
		h.answer(w, r, 0, nil, errInvalid)
		return
	}
	notes, err := h.notes.list(r.Context(), ids)
	h.answer(w, r, http.StatusOK, notes, err)
}

// readLine reads the body of a write, to its end: a decoder stops after the line.
func readLine(w http.ResponseWriter, r *http.Request) (string, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return "", fmt.Errorf("%w: %w", errInvalid, err)
	}
	var in struct{ Line string }
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&in); err != nil {
		return "", fmt.Errorf("%w: %w", errInvalid, err)
	}
	if in.Line == "" {
		return "", errInvalid
	}
	return in.Line, nil
}

// answer sends v, or the code of err. The log has the rest.
func (h *handler) answer(w http.ResponseWriter, r *http.Request, status int, v any, err error) {
	if err == nil {
		reply(w, status, v)
		return
	}
	status, code := http.StatusInternalServerError, "internal"
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		status, code = http.StatusRequestEntityTooLarge, "too_large"
	case errors.Is(err, errInvalid):
		status, code = http.StatusBadRequest, "invalid"
	case errors.Is(err, errNotFound):
		status, code = http.StatusNotFound, "not_found"
	case errors.Is(err, errBlocked):
		status, code = http.StatusUnprocessableEntity, "blocked"
	case errors.Is(err, errUnavailable):
		status, code = http.StatusServiceUnavailable, "unavailable"
	case errors.Is(err, context.DeadlineExceeded):
		status, code = http.StatusGatewayTimeout, "timeout"
	}
	if status >= http.StatusInternalServerError {
		h.log.Error("request failed", "method", r.Method, "path", r.URL.Path, "status", status, "error", err)
	}
	reply(w, status, map[string]string{"error": code})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // if it fails, the client has left
}
