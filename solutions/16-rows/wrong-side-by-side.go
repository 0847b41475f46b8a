//go:build ignore

// Package rows keeps the notes of the reminder service in a SQL database.
package rows

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
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
	sections := make([][]Note, len(notebooks))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4) // half of the pool is for the others
	for i, notebook := range notebooks {
		g.Go(func() (err error) {
			sections[i], err = s.section(ctx, notebook, size)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(sections...), nil
}

// section returns the notes for one section. It has closed its rows when it
// returns.
func (s *Store) section(ctx context.Context, notebook string, room int) ([]Note, error) {
	rows, err := s.db.QueryContext(ctx, selectNotebook, notebook)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var notes []Note
	for rows.Next() {
		var n Note
		if err := rows.Scan(&n.ID, &n.Title, &n.Due); err != nil {
			return nil, err
		}
		if room -= len(n.Title); room < 0 {
			break
		}
		notes = append(notes, n)
	}
	return notes, rows.Err()
}

// Find returns the note with the title; of several, the one that is due first.
func (s *Store) Find(ctx context.Context, title string) (Note, error) {
	var n Note
	err := s.db.QueryRowContext(ctx, selectTitle, title).Scan(&n.ID, &n.Title, &n.Due)
	if errors.Is(err, sql.ErrNoRows) {
		return Note{}, ErrNotFound
	}
	return n, err
}

// Snooze puts off the reminder of a note, and keeps a record of it.
func (s *Store) Snooze(ctx context.Context, id string, until time.Time) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after the commit it does nothing
	result, err := tx.ExecContext(ctx, updateDue, until, id)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrNotFound
	}
	if _, err := tx.ExecContext(ctx, insertSnooze, id, until); err != nil {
		return err
	}
	return tx.Commit()
}
