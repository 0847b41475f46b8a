package layers

import (
	"context"
	"database/sql"
)

// A SQLStore keeps notes in a database/sql pool.
type SQLStore struct{ DB *sql.DB }

const (
	selectTitles = "select title from notes where notebook = ?"
	selectTags   = "select tag from tags where title = ?"
	moveNote     = "update notes set notebook = ? where id = ?"
	countMove    = "update notebooks set moves = moves + 1 where id = ?"
)

// Titles lists the titles of the notes in a notebook.
func (s *SQLStore) Titles(
	ctx context.Context, notebook string,
) (titles []string, err error) {
	rows, err := s.DB.QueryContext(ctx, selectTitles, notebook)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var title string
		if err := rows.Scan(&title); err != nil {
			return nil, err
		}
		titles = append(titles, title)
	}
	return titles, rows.Err()
}

// Move puts a note into another notebook and counts the move.
func (s *SQLStore) Move(ctx context.Context, note, to string) error {
	tx, err := s.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after Commit it does nothing
	if _, err := tx.ExecContext(ctx, moveNote, to, note); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, countMove, to); err != nil {
		return err
	}
	return tx.Commit()
}
