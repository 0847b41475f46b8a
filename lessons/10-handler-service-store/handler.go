package layers

import (
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
	budget  = 2 * time.Second
	maxBody = 1 << 20 // bytes
)

// A Creator is what the handler needs of a service, and no more.
type Creator interface {
	Create(ctx context.Context, c Create) (Note, error)
}

// A Handler speaks HTTP for a service.
type Handler struct {
	notes Creator
	user  func(*http.Request) string // who it is: a middleware knows
	log   *slog.Logger
}

// Routes is the handler's HTTP surface.
func (h *Handler) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notebooks/{notebook}/notes", h.create)
	return mux
}

func (h *Handler) create(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), budget)
	defer cancel()
	request, err := h.parse(w, r)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	note, err := h.notes.Create(ctx, request)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusCreated, noteBody{note.ID, note.Title})
}

type createBody struct {
	Title   string `json:"title"`
	Content string `json:"content"`
}

type noteBody struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// parse turns the request into what the service is asked for.
func (h *Handler) parse(w http.ResponseWriter, r *http.Request) (Create, error) {
	var body createBody
	if err := decode(w, r, &body); err != nil {
		return Create{}, err
	}
	return Create{
		User:     h.user(r),
		Notebook: r.PathValue("notebook"),
		Key:      r.Header.Get("Idempotency-Key"),
		Title:    body.Title,
		Content:  body.Content,
	}, nil
}

// decode reads one value of at most maxBody bytes.
func decode(w http.ResponseWriter, r *http.Request, v any) error {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something after the note", ErrInvalid)
	}
	return nil
}

// problemOf is the one place that knows what an error is on the wire.
func problemOf(err error) (status int, code string) {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge, "too_large"
	}
	switch {
	case errors.Is(err, ErrInvalid):
		return http.StatusBadRequest, "validation_error"
	case errors.Is(err, ErrForbidden):
		return http.StatusForbidden, "forbidden"
	case errors.Is(err, ErrConflict):
		return http.StatusConflict, "conflict"
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout, "timeout"
	case errors.Is(err, context.Canceled):
		return 499, "canceled" // for the log: the client has gone
	default:
		return http.StatusInternalServerError, "internal"
	}
}

// fail sends the code to the client and the detail to the log.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	status, code := problemOf(err)
	level := slog.LevelInfo
	if status >= 500 {
		level = slog.LevelError
	}
	h.log.Log(r.Context(), level, "request failed",
		"path", r.URL.Path, "status", status, "error", err)
	writeJSON(w, status, map[string]any{
		"error": map[string]string{"code": code},
	})
}

// writeJSON answers with v. A failed write means that the client has gone.
func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err)) // a bug: v is ours
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
