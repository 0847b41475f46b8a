//go:build ignore

// Package goroutinepanic serves notes with the boxes that stand beside them.
package goroutinepanic

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// A Note is one note of the team.
type Note struct{ ID, Title string }

// A Page is a note and the text of each box, in the order of the boxes.
type Page struct {
	Note  Note
	Boxes []string
}

// ErrNotFound says that there is no such note.
var ErrNotFound = errors.New("note not found")

// A Store keeps notes.
type Store interface {
	// Get returns the note with this id, or an error that wraps ErrNotFound.
	Get(ctx context.Context, id string) (Note, error)
}

// A Box writes what stands beside a note: its backlinks, its readers. Each team
// has its own. When ctx ends, a box gives up and returns an error.
type Box func(ctx context.Context, n Note) (string, error)

// A Service puts pages together. It may be used by several goroutines.
type Service struct {
	store Store
	boxes []Box
	slots chan struct{} // one for each box that is at work
}

// NewService returns a service that has at most limit boxes at work.
func NewService(store Store, limit int, boxes ...Box) *Service {
	return &Service{store, boxes, make(chan struct{}, limit)}
}

// Page returns the page of a note. The first box to fail ends it.
func (s *Service) Page(ctx context.Context, id string) (Page, error) {
	note, err := s.store.Get(ctx, id)
	if err != nil {
		return Page{}, fmt.Errorf("get note: %w", err)
	}
	texts := make([]string, len(s.boxes))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		box  int
		text string
		err  error
	}
	results := make(chan result, len(s.boxes)) // room for all: nobody has to take them
	for i, box := range s.boxes {
		go func() {
			r := result{box: i}
			r.err = safely(func() (err error) {
				r.text, err = s.write(ctx, box, note)
				return err
			})
			results <- r
		}()
	}
	for range s.boxes {
		r := <-results
		if r.err != nil {
			return Page{}, fmt.Errorf("write boxes: %w", r.err)
		}
		texts[r.box] = r.text
	}
	return Page{note, texts}, nil
}

// write waits for a slot and has the box write.
func (s *Service) write(ctx context.Context, box Box, n Note) (string, error) {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-s.slots }()
	return box(ctx, n)
}

// safely calls f. A panic of f becomes its error.
func safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %+v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

// NewHandler serves GET /notes/{id}. Whatever fails is answered and logged with
// the request's id, a panic too.
func NewHandler(s *Service, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}", func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()
		defer func() {
			switch p := recover(); p {
			case nil:
			case http.ErrAbortHandler: // no bug: the server cuts the connection
				panic(p)
			default:
				fail(w, log, id, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
			}
		}()
		page, err := s.Page(r.Context(), r.PathValue("id"))
		if err != nil {
			fail(w, log, id, err)
			return
		}
		reply(w, http.StatusOK, page)
	})
	return mux
}

// fail answers with the kind of err. A bug is logged with all that is known.
func fail(w http.ResponseWriter, log *slog.Logger, id string, err error) {
	if errors.Is(err, ErrNotFound) {
		reply(w, http.StatusNotFound, map[string]string{"error": "not_found", "request_id": id})
		return
	}
	log.Error("request failed", "request_id", id, "error", err)
	reply(w, http.StatusInternalServerError, map[string]string{"error": "internal", "request_id": id})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // if it fails, the client has left
}
