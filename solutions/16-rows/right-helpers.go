//go:build ignore

// Package rows keeps the notes of the reminder service in a SQL database.
package rows

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"
)

// ErrNotFound is the error for a note that does not exist.
var ErrNotFound = errors.New("note not found")

// A Note is one note, with the time at which its owner wants to be reminded.
type Note struct {
	ID    string
	Title string
	Due   time.Time
}

// A Store keeps notes. Its callers are jobs, and the context that they pass ends
// with the process. It may be used by several goroutines.
type Store struct{ db *sql.DB }

// NewStore returns a store that uses the pool db. Other stores use it too.
func NewStore(db *sql.DB) *Store { return &Store{db: db} }

const (
	selectNotebook = "select id, title, due from notes where notebook = ? order by due"
	selectTitle    = "select id, title, due from notes where title = ? order by due"
	updateDue      = "update notes set due = ? where id = ?"
	insertSnooze   = "insert into snoozes (note, until) values (?, ?)"
)

// Digest returns the notes for a mail that has a section for each of the notebooks.
// The titles of a section have at most size bytes together. It ends before the
// first note whose title has no room, whatever comes after that.
func (s *Store) Digest(ctx context.Context, notebooks []string, size int) ([]Note, error) {
	var notes []Note
	for _, notebook := range notebooks {
		room := size
		for n, err := range s.notes(ctx, selectNotebook, notebook) {
			if err != nil {
				return nil, fmt.Errorf("notebook %s: %w", notebook, err)
			}
			if room -= len(n.Title); room < 0 {
				break
			}
			notes = append(notes, n)
		}
	}
	return notes, nil
}

// Find returns the note with the title; of several, the one that is due first.
func (s *Store) Find(ctx context.Context, title string) (Note, error) {
	for n, err := range s.notes(ctx, selectTitle, title) {
		return n, err
	}
	return Note{}, ErrNotFound
}

// notes yields what a query returns. When the loop over them ends, however it
// does, their rows are closed. An error comes last.
func (s *Store) notes(ctx context.Context, query string, arg any) iter.Seq2[Note, error] {
	return func(yield func(Note, error) bool) {
		rows, err := s.db.QueryContext(ctx, query, arg)
		if err != nil {
			yield(Note{}, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			var n Note
			err := rows.Scan(&n.ID, &n.Title, &n.Due)
			if !yield(n, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(Note{}, err)
		}
	}
}

// Snooze puts off the reminder of a note, and keeps a record of it.
func (s *Store) Snooze(ctx context.Context, id string, until time.Time) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, updateDue, until, id)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return fmt.Errorf("snooze %s: %w", id, ErrNotFound)
		}
		_, err = tx.ExecContext(ctx, insertSnooze, id, until)
		return err
	})
}

// inTx calls f with a transaction, and commits it unless f fails or panics.
func (s *Store) inTx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}
