package main

import (
	"context"
	"database/sql"
	"fmt"
)

// migrations make the tables. Number i brings version i to i+1. What was
// released is never changed: a change is a new one at the end.
var migrations = [][]string{{
	`CREATE TABLE leakproof_rooms (
		id {number},
		name TEXT NOT NULL UNIQUE,
		opened BIGINT NOT NULL, -- all times are microseconds since 1970
		used BIGINT NOT NULL,
		secret {bytes} NOT NULL, -- SHA-256, as code and token
		code_salt {bytes},
		code {bytes},
		code_expires BIGINT NOT NULL DEFAULT 0,
		agenda TEXT NOT NULL DEFAULT '', -- JSON
		step INTEGER NOT NULL DEFAULT 0,
		step_began BIGINT NOT NULL DEFAULT 0
	)`,
	`CREATE TABLE leakproof_people (
		number {number},
		room BIGINT NOT NULL REFERENCES leakproof_rooms (id) ON DELETE CASCADE,
		id TEXT NOT NULL UNIQUE,
		name TEXT NOT NULL,
		token {bytes} NOT NULL UNIQUE,
		share BOOLEAN NOT NULL,
		joined BIGINT NOT NULL
	)`,
	`CREATE INDEX leakproof_people_room ON leakproof_people (room)`,
	`CREATE TABLE leakproof_events (
		person BIGINT NOT NULL REFERENCES leakproof_people (number) ON DELETE CASCADE,
		id TEXT NOT NULL,
		n BIGINT NOT NULL, -- the order of arrival
		arrived BIGINT NOT NULL,
		body TEXT NOT NULL, -- JSON
		PRIMARY KEY (person, id)
	) {clustered}`,
	`CREATE TABLE leakproof_standings ( -- what the events of a person and kata come to; kata '' counts all
		person BIGINT NOT NULL REFERENCES leakproof_people (number) ON DELETE CASCADE,
		kata TEXT NOT NULL,
		body TEXT NOT NULL, -- JSON
		PRIMARY KEY (person, kata)
	) {clustered}`,
}, {
	`ALTER TABLE leakproof_people ADD COLUMN secret {bytes}`, // SHA-256 of what the participant made up; NULL without one
	`CREATE UNIQUE INDEX leakproof_people_secret ON leakproof_people (room, secret)`,
}}

// migrate brings the tables to the newest version.
func (s *store) migrate(ctx context.Context) error {
	version, err := s.version(ctx, s.read)
	if err != nil {
		return err
	}
	if version == len(migrations) {
		return nil
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := s.exec(ctx, tx, `{lock schema}`); err != nil {
			return err
		}
		version, err := s.version(ctx, tx)
		switch {
		case err != nil:
			return err
		case version > len(migrations):
			return fmt.Errorf("the database was made by a newer leakproof (its tables have version %d, this program knows %d): update leakproof, or name another database with --database", version, len(migrations))
		case version == 0:
			if err := s.exec(ctx, tx, `CREATE TABLE leakproof_schema (version INTEGER NOT NULL)`); err != nil {
				return err
			}
			if err := s.exec(ctx, tx, `INSERT INTO leakproof_schema VALUES (0)`); err != nil {
				return err
			}
		}
		for _, step := range migrations[version:] {
			for _, query := range step {
				if err := s.exec(ctx, tx, query); err != nil {
					return err
				}
			}
		}
		return s.exec(ctx, tx, `UPDATE leakproof_schema SET version = $1`, len(migrations))
	})
}

// version is that of the tables, 0 if there are none.
func (s *store) version(ctx context.Context, q interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (int, error) {
	tables, version := 0, 0
	if err := q.QueryRowContext(ctx, s.dialect(`{count tables}`)).Scan(&tables); err != nil || tables == 0 {
		return 0, err
	}
	err := q.QueryRowContext(ctx, `SELECT version FROM leakproof_schema`).Scan(&version)
	return version, err
}
