package contract

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// A Store keeps notes and gives up when its context ends.
type Store interface {
	Create(ctx context.Context, n NewNote) (Note, error)
}

// A Handler serves notes.
type Handler struct {
	store Store
	log   *slog.Logger
}

// NewHandler serves the notes of store.
func NewHandler(store Store, log *slog.Logger) *Handler {
	return &Handler{store: store, log: log}
}

// Routes is the whole HTTP surface of the notes.
func (h *Handler) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notes", h.create)
	mux.HandleFunc("/notes", h.otherMethod)
	mux.HandleFunc("/", h.otherPath)
	return mux
}

// budget is the time for one request, from the handler's first line.
const budget = 2 * time.Second

func (h *Handler) create(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), budget)
	defer cancel()
	in, err := decode(w, r)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	note, err := h.store.Create(ctx, in)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	if err := Respond(w, http.StatusCreated, note); err != nil {
		h.fail(w, r, err)
	}
}

func (h *Handler) otherMethod(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", http.MethodPost)
	h.send(w, r, problem{405, "method_not_allowed", "Notes are created with POST."}, nil)
}

func (h *Handler) otherPath(w http.ResponseWriter, r *http.Request) {
	h.send(w, r, problem{404, "not_found", "There is nothing here."}, nil)
}
