package main

import (
	"context"
	"database/sql"
)

// A SQLStore keeps notes in a database/sql pool.
type SQLStore struct{ DB *sql.DB }

const selectTitles = `select title from notes
	where notebook = ? order by id desc`

// Titles lists the titles of the notes in a notebook.
func (s *SQLStore) Titles(
	ctx context.Context, notebook string,
) (titles []string, err error) {
	rows, err := s.query(ctx, notebook)
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

// Latest is the title of the last note in a notebook.
func (s *SQLStore) Latest(
	ctx context.Context, notebook string,
) (string, error) {
	if queryRow.On() {
		return s.latestRow(ctx, notebook)
	}
	rows, err := s.query(ctx, notebook)
	if err != nil {
		return "", err
	}
	if closing.On() {
		defer rows.Close()
	}
	return first(rows)
}

// first is the title in the first row.
func first(rows *sql.Rows) (latest string, err error) {
	for rows.Next() {
		var title string
		if err := rows.Scan(&title); err != nil {
			return "", err
		}
		if early.On() {
			return title, nil // without the rest of the rows
		}
		if latest == "" {
			latest = title
		}
	}
	return latest, rows.Err()
}

// latestRow closes the rows with Scan.
func (s *SQLStore) latestRow(
	ctx context.Context, notebook string,
) (title string, err error) {
	asking.Add(1)
	defer asking.Add(-1)
	err = s.DB.QueryRowContext(ctx, selectTitles, notebook).Scan(&title)
	return title, err
}

// query waits for a connection.
func (s *SQLStore) query(
	ctx context.Context, notebook string,
) (*sql.Rows, error) {
	asking.Add(1)
	defer asking.Add(-1)
	return s.DB.QueryContext(ctx, selectTitles, notebook)
}
