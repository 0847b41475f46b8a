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
	"unicode/utf8"
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
	n := Note{Owner: user, Content: content, Created: s.now()}
	if err := n.setTitle(title, n.Created); err != nil {
		return Note{}, err
	}
	n.ID = s.newID()
	return n, s.put(ctx, n)
}

// Get returns the note with this id to its owner.
func (s *Service) Get(ctx context.Context, user, id string) (Note, error) {
	return s.visit(ctx, user, id, func(*Note) error { return nil })
}

// Retitle gives the note with this id another title.
func (s *Service) Retitle(ctx context.Context, user, id, title string) (Note, error) {
	return s.visit(ctx, user, id, func(n *Note) error {
		if err := n.setTitle(title, s.now()); err != nil {
			return err
		}
		return s.put(ctx, *n)
	})
}

// visit hands the user's note to do, which may change it.
func (s *Service) visit(ctx context.Context, user, id string, do func(*Note) error) (Note, error) {
	n, err := s.store.Get(ctx, id)
	if err == nil && n.Owner != user {
		err = ErrNotFound
	}
	if err == nil {
		err = do(&n)
	}
	if err != nil {
		return Note{}, fmt.Errorf("note %s: %w", id, err)
	}
	return n, nil
}

func (s *Service) put(ctx context.Context, n Note) error {
	if err := s.store.Put(ctx, n); err != nil {
		return fmt.Errorf("put: %w", err)
	}
	return nil
}

func (n *Note) setTitle(title string, now time.Time) error {
	n.Title = strings.TrimSpace(title)
	if n.Title == "" || utf8.RuneCountInString(n.Title) > maxTitle {
		return ErrInvalid
	}
	if now.Sub(n.Created) >= openFor {
		return ErrLocked
	}
	return nil
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
	mux.HandleFunc("POST /notes", h.create)
	mux.HandleFunc("GET /notes/{id}", h.get)
	mux.HandleFunc("PATCH /notes/{id}", h.retitle)
	return mux
}

type handler struct{ notes Notes }

const (
	budget  = 2 * time.Second
	maxBody = 1 << 20
)

func (h *handler) create(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), budget)
	defer cancel()
	var in struct {
		Title   string `json:"title"`
		Content string `json:"content"`
	}
	if !decode(w, r, &in) {
		return
	}
	n, err := h.notes.Create(ctx, r.Header.Get("X-User"), in.Title, in.Content)
	if err != nil {
		fail(w, err)
		return
	}
	send(w, http.StatusCreated, n)
}

func (h *handler) get(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), budget)
	defer cancel()
	n, err := h.notes.Get(ctx, r.Header.Get("X-User"), r.PathValue("id"))
	if err != nil {
		fail(w, err)
		return
	}
	send(w, http.StatusOK, n)
}

func (h *handler) retitle(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), budget)
	defer cancel()
	var in struct {
		Title string `json:"title"`
	}
	if !decode(w, r, &in) {
		return
	}
	n, err := h.notes.Retitle(ctx, r.Header.Get("X-User"), r.PathValue("id"), in.Title)
	if err != nil {
		fail(w, err)
		return
	}
	send(w, http.StatusOK, n)
}

// decode reads the body into in, or answers the request.
func decode(w http.ResponseWriter, r *http.Request, in any) bool {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(in); err != nil {
		http.Error(w, "no note in the body", http.StatusBadRequest)
		return false
	}
	return true
}

func fail(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, ErrInvalid):
		http.Error(w, "a title has 1 to 80 characters", http.StatusBadRequest)
	case errors.Is(err, ErrNotFound):
		http.Error(w, "no such note", http.StatusNotFound)
	case errors.Is(err, ErrLocked):
		http.Error(w, "the note is older than 30 days", http.StatusConflict)
	case errors.Is(err, context.DeadlineExceeded):
		http.Error(w, "too slow", http.StatusGatewayTimeout)
	default:
		http.Error(w, "internal", http.StatusInternalServerError)
	}
}

func send(w http.ResponseWriter, status int, n Note) {
	body, err := json.Marshal(n)
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
