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
	t, err := parseTitle(title)
	if err != nil {
		return Note{}, err
	}
	return s.keep(ctx, Note{ID: s.newID(), Owner: user, Title: string(t), Content: content, Created: s.now()})
}

// Get returns the note with this id to its owner.
func (s *Service) Get(ctx context.Context, user, id string) (Note, error) {
	n, err := s.store.Get(ctx, id)
	switch {
	case err != nil:
		return Note{}, fmt.Errorf("note %s: %w", id, err)
	case !n.belongsTo(user):
		return Note{}, fmt.Errorf("note %s: %w", id, ErrNotFound)
	}
	return n, nil
}

// Retitle gives the note with this id another title.
func (s *Service) Retitle(ctx context.Context, user, id, title string) (Note, error) {
	n, err := s.Get(ctx, user, id)
	if err != nil {
		return Note{}, err
	}
	t, err := parseTitle(title)
	if err != nil {
		return Note{}, err
	}
	n, err = n.retitled(t, s.now())
	if err != nil {
		return Note{}, err
	}
	return s.keep(ctx, n)
}

func (s *Service) keep(ctx context.Context, n Note) (Note, error) {
	if err := s.store.Put(ctx, n); err != nil {
		return Note{}, fmt.Errorf("keep note %s: %w", n.ID, err)
	}
	return n, nil
}

// A title is a text that has passed parseTitle.
type title string

func parseTitle(raw string) (title, error) {
	t := strings.TrimSpace(raw)
	if t == "" {
		return "", fmt.Errorf("%w: no title", ErrInvalid)
	}
	if n := utf8.RuneCountInString(t); n > maxTitle {
		return "", fmt.Errorf("%w: a title of %d characters", ErrInvalid, n)
	}
	return title(t), nil
}

func (n Note) belongsTo(user string) bool { return n.Owner == user }

// retitled is n with another title, if n may have one at that time.
func (n Note) retitled(t title, at time.Time) (Note, error) {
	if !at.Before(n.Created.Add(openFor)) {
		return Note{}, fmt.Errorf("note %s of %v: %w", n.ID, n.Created, ErrLocked)
	}
	n.Title = string(t)
	return n, nil
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

// A wireNote is a note as clients know it.
type wireNote struct {
	ID      string    `json:"id"`
	Owner   string    `json:"owner"`
	Title   string    `json:"title"`
	Content string    `json:"content"`
	Created time.Time `json:"created"`
}

func (h *handler) create(r *http.Request) (Note, error) {
	in, err := decode[struct{ Title, Content string }](r)
	if err != nil {
		return Note{}, err
	}
	return h.notes.Create(r.Context(), r.Header.Get("X-User"), in.Title, in.Content)
}

func (h *handler) get(r *http.Request) (Note, error) {
	return h.notes.Get(r.Context(), r.Header.Get("X-User"), r.PathValue("id"))
}

func (h *handler) retitle(r *http.Request) (Note, error) {
	in, err := decode[struct{ Title string }](r)
	if err != nil {
		return Note{}, err
	}
	return h.notes.Retitle(r.Context(), r.Header.Get("X-User"), r.PathValue("id"), in.Title)
}

var errUnreadable = errors.New("the body cannot be read")

func decode[T any](r *http.Request) (T, error) {
	var in T
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return in, fmt.Errorf("%w: %w", errUnreadable, err)
	}
	return in, nil
}

// statuses says what an error is on the wire.
var statuses = []struct {
	err    error
	status int
}{
	{errUnreadable, http.StatusBadRequest},
	{ErrInvalid, http.StatusBadRequest},
	{ErrNotFound, http.StatusNotFound},
	{ErrLocked, http.StatusConflict},
}

// answer serves requests with the note that call returns and the given status.
func answer(status int, call func(*http.Request) (Note, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n, err := call(r)
		if err == nil {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(wireNote(n))
			return
		}
		for _, s := range statuses {
			if errors.Is(err, s.err) {
				http.Error(w, http.StatusText(s.status), s.status)
				return
			}
		}
		http.Error(w, "internal", http.StatusInternalServerError)
	}
}
