//go:build ignore

// Package layers keeps notes for the HTTP API and for the team's other programs.
package layers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const maxTitle = 80                 // characters
const openFor = 30 * 24 * time.Hour // then a note keeps its title

// Why the user does not get what was asked for. Compare with errors.Is.
var (
	ErrInvalid  = errors.New("invalid note")
	ErrNotFound = errors.New("note not found")
	ErrLocked   = errors.New("note is locked")
)

// A Note is one note of a user.
type Note struct {
	ID      string    `json:"id"`
	Owner   string    `json:"owner"`
	Title   string    `json:"title"`
	Content string    `json:"content"`
	Created time.Time `json:"created"`
}

// A Store keeps notes by their id. Get reports a missing one with ErrNotFound.
type Store interface {
	Get(ctx context.Context, id string) (Note, error)
	Put(ctx context.Context, n Note) error
}

// A Service looks after the notes in a store. It may be used by several goroutines.
type Service struct {
	store Store
	newID func() string
	now   func() time.Time
}

// NewService returns a service for the notes in store.
func NewService(store Store, newID func() string, now func() time.Time) *Service {
	return &Service{store: store, newID: newID, now: now}
}

// Create makes a note of the user's.
func (s *Service) Create(ctx context.Context, user, title, content string) (Note, error) {
	n := Note{s.newID(), user, title, content, s.now()}
	return n, s.store.Put(ctx, n)
}

// Get returns the note with this id.
func (s *Service) Get(ctx context.Context, user, id string) (Note, error) {
	n, err := s.store.Get(ctx, id)
	if err != nil {
		err = fmt.Errorf("get note %s for %s: %w", id, user, err)
	}
	return n, err
}

// Retitle gives the note with this id another title.
func (s *Service) Retitle(ctx context.Context, user, id, title string) (Note, error) {
	n, err := s.Get(ctx, user, id)
	if err == nil {
		n.Title = title
		err = s.store.Put(ctx, n)
	}
	return n, err
}

// Notes is what the handler needs of a Service.
type Notes interface {
	Create(ctx context.Context, user, title, content string) (Note, error)
	Get(ctx context.Context, user, id string) (Note, error)
	Retitle(ctx context.Context, user, id, title string) (Note, error)
}

// NewHandler serves notes over HTTP. A gateway sets the header X-User.
func NewHandler(notes Notes) http.Handler {
	h, mux := &handler{notes}, http.NewServeMux()
	mux.HandleFunc("POST /notes", answer(http.StatusCreated, h.create))
	mux.HandleFunc("GET /notes/{id}", answer(http.StatusOK, h.get))
	mux.HandleFunc("PATCH /notes/{id}", answer(http.StatusOK, h.retitle))
	return mux
}

type handler struct{ notes Notes }

func (h *handler) create(r *http.Request) (Note, error) {
	title, content, err := read(r)
	if err != nil {
		return Note{}, err
	}
	return h.notes.Create(r.Context(), r.Header.Get("X-User"), title, content)
}

func (h *handler) get(r *http.Request) (Note, error) {
	user := r.Header.Get("X-User")
	n, err := h.notes.Get(r.Context(), user, r.PathValue("id"))
	if err == nil && n.Owner != user {
		return Note{}, ErrNotFound
	}
	return n, err
}

func (h *handler) retitle(r *http.Request) (Note, error) {
	title, _, err := read(r)
	if err != nil {
		return Note{}, err
	}
	n, err := h.get(r)
	if err == nil && time.Since(n.Created) >= openFor {
		err = ErrLocked
	}
	if err != nil {
		return Note{}, err
	}
	return h.notes.Retitle(r.Context(), n.Owner, n.ID, title)
}

// read returns the title and the content in the body of r.
func read(r *http.Request) (title, content string, err error) {
	var in struct{ Title, Content string }
	err = json.NewDecoder(r.Body).Decode(&in)
	title = strings.TrimSpace(in.Title)
	if err != nil || title == "" || len([]rune(title)) > maxTitle {
		return "", "", ErrInvalid
	}
	return title, in.Content, nil
}

// answer serves requests with the note that call returns and the given status.
func answer(status int, call func(*http.Request) (Note, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n, err := call(r)
		switch {
		case errors.Is(err, ErrInvalid):
			http.Error(w, "invalid", http.StatusBadRequest)
		case errors.Is(err, ErrNotFound):
			http.Error(w, "not found", http.StatusNotFound)
		case errors.Is(err, ErrLocked):
			http.Error(w, "locked", http.StatusConflict)
		case err != nil:
			http.Error(w, "internal", http.StatusInternalServerError)
		default:
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(n)
		}
	}
}
