//go:build ignore

// Package contextvalues deletes notes, for those who may.
package contextvalues

import (
	"context"
	"errors"
	"net/http"
	"reflect"
)

// A Note is one note of a user.
type Note struct {
	ID    string
	Owner string // the owner's user id
	Title string
}

// A User has been authenticated. Nobody is a user without an id.
type User struct {
	ID   string
	Role string // "support" may delete notes of others
}

// What a deletion may fail with.
var (
	ErrUnauthenticated = errors.New("nobody is signed in")
	ErrForbidden       = errors.New("not allowed")
	ErrNotFound        = errors.New("note not found")
)

// Sessions knows who is signed in.
type Sessions interface {
	User(ctx context.Context, token string) (u User, ok bool)
}

// A Store keeps notes.
type Store interface {
	Get(ctx context.Context, id string) (Note, error)
	Delete(ctx context.Context, id string) error
}

// userKey is unique: no other type is this one.
var userKey = reflect.TypeFor[User]()

// Authenticate lets signed-in users pass to next and refuses everybody else.
func Authenticate(sessions Sessions, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, ok := sessions.User(r.Context(), r.Header.Get("Authorization"))
		if !ok {
			http.Error(w, "sign in first", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), userKey, user)))
	})
}

// NewHandler returns the handler of DELETE /notes/{id}.
func NewHandler(service *Service) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("DELETE /notes/{id}", func(w http.ResponseWriter, r *http.Request) {
		user, ok := r.Context().Value(userKey).(User)
		if !ok {
			answer(w, ErrUnauthenticated)
			return
		}
		answer(w, service.Delete(r.Context(), user, r.PathValue("id")))
	})
	return mux
}

func answer(w http.ResponseWriter, err error) {
	switch {
	case err == nil:
		w.WriteHeader(http.StatusNoContent)
	case errors.Is(err, ErrUnauthenticated):
		http.Error(w, "sign in first", http.StatusUnauthorized)
	case errors.Is(err, ErrForbidden):
		http.Error(w, "not allowed", http.StatusForbidden)
	case errors.Is(err, ErrNotFound):
		http.Error(w, "note not found", http.StatusNotFound)
	default:
		http.Error(w, "internal error", http.StatusInternalServerError)
	}
}

// A Service deletes notes. It may be used by several goroutines.
type Service struct {
	store Store
}

// NewService returns a service for the notes in the store.
func NewService(store Store) *Service {
	return &Service{store: store}
}

// Delete deletes a note, on behalf of a user: its owner, or support.
func (s *Service) Delete(ctx context.Context, by User, id string) error {
	if by.ID == "" {
		return ErrUnauthenticated
	}
	note, err := s.store.Get(ctx, id)
	if err != nil {
		return err
	}
	if note.Owner != by.ID && by.Role != "support" {
		return ErrForbidden
	}
	return s.store.Delete(ctx, id)
}
