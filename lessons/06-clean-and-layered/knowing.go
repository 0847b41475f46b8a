package layered

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
)

// A Finder is a store with its own errors for everything.
type Finder interface {
	Find(ctx context.Context, id string) (Note, error)
}

// A KnowingAPI has its store behind an interface and still knows it.
type KnowingAPI struct{ Store Finder }

// Note answers GET /notes/{id}.
func (a *KnowingAPI) Note(w http.ResponseWriter, r *http.Request) {
	n, err := a.Store.Find(r.Context(), r.PathValue("id"))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		writeJSON(w, http.StatusNotFound, newErrorBody("not_found"))
	case err != nil:
		writeJSON(w, 500, newErrorBody("internal"))
	default:
		writeJSON(w, http.StatusOK, noteBody{n.ID, n.Title})
	}
}

// RawSQL hands out whatever the database says.
type RawSQL struct{ DB *sql.DB }

// Find returns sql.ErrNoRows for a note that is not there.
func (s RawSQL) Find(ctx context.Context, id string) (Note, error) {
	n := Note{ID: id}
	err := s.DB.QueryRowContext(ctx,
		"select title from notes where id = $1", id).Scan(&n.Title)
	return n, err
}

// RawKV hands out whatever the key-value store says.
type RawKV struct{ KV *KV }

// Find returns ErrNoKey for a note that is not there.
func (s RawKV) Find(ctx context.Context, id string) (Note, error) {
	title, err := s.KV.Get(ctx, "note:"+id)
	return Note{id, title}, err
}
