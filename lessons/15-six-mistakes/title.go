package sixmistakes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"
)

// ErrTitle is what the rules say of a title.
var ErrTitle = errors.New("a title has at most 120 characters")

var errBody = errors.New("no note in the body")

const (
	maxTitle  = 120     // characters: phones cannot sync longer ones
	maxBody   = 1 << 20 // bytes
	addBudget = 2 * time.Second
)

// A Note is what a client sends and gets.
type Note struct {
	Title string `json:"title"`
}

// A Store keeps notes.
type Store interface {
	Add(ctx context.Context, n Note) error
}

// An API has everything in its handlers.
type API struct {
	Edge
	Store Store
}

// Naive reads, decides, stores and answers.
func (a *API) Naive(w http.ResponseWriter, r *http.Request) {
	n, err := readNote(w, r)
	if err == nil && utf8.RuneCountInString(n.Title) > maxTitle {
		err = ErrTitle
	}
	if err == nil {
		err = a.Store.Add(r.Context(), n)
	}
	a.answer(w, r, http.StatusCreated, n, err)
}

// MailNaive came later: a mail to notes@ becomes a note.
func (a *API) MailNaive(ctx context.Context, subject string) error {
	return a.Store.Add(ctx, Note{Title: subject})
}

// A Service has the rules.
type Service struct{ Store Store }

// Add is the only way in, whoever brings the note.
func (s *Service) Add(ctx context.Context, n Note) error {
	if utf8.RuneCountInString(n.Title) > maxTitle {
		return ErrTitle
	}
	return s.Store.Add(ctx, n)
}

// Mail makes a note of a mail, whose subject comes decoded.
func (s *Service) Mail(ctx context.Context, subject string) error {
	return s.Add(ctx, Note{Title: subject})
}

// Handlers speak HTTP and leave the rest to the service.
type Handlers struct {
	Edge
	Notes *Service
}

// Create translates: the request into a call, the result back.
func (h *Handlers) Create(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), addBudget)
	defer cancel()
	n, err := readNote(w, r)
	if err == nil {
		err = h.Notes.Add(ctx, n)
	}
	h.answer(w, r, http.StatusCreated, n, err)
}

// readNote reads a note from a small body.
func readNote(w http.ResponseWriter, r *http.Request) (n Note, err error) {
	body := http.MaxBytesReader(w, r.Body, maxBody)
	if err := json.NewDecoder(body).Decode(&n); err != nil {
		return n, fmt.Errorf("%w: %w", errBody, err)
	}
	return n, nil
}
