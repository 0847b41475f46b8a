//go:build linux

package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)

// database is a new one that the boards share.
type database struct {
	board  string // as the board takes it
	server *sql.DB
	name   string // of a database on the server; "" for SQLite
	tables *sql.DB
	bareDB *sql.DB // where bare inserts go
	driver string
	rows   int // bare ones so far
}

// openDatabase makes a file in dir, or a database on a server.
func openDatabase(ctx context.Context, server, dir string) (*database, error) {
	if server == "" {
		return openSQLite(dir)
	}
	u, err := url.Parse(server)
	if err != nil {
		return nil, errors.New("LEAKPROOF_POSTGRES cannot be read: give postgres://USER@HOST:PORT/postgres")
	}
	d := &database{driver: "pgx", name: "leakproof_load_" + strings.ToLower(rand.Text()[:10])}
	if d.server, err = sql.Open(d.driver, server); err != nil {
		return nil, err
	}
	d.server.SetMaxIdleConns(0) // a ping is to the server as it is now
	if _, err := d.server.ExecContext(ctx, "CREATE DATABASE "+d.name); err != nil {
		return nil, errors.Join(fmt.Errorf("a database cannot be made at LEAKPROOF_POSTGRES: %w", err), d.server.Close())
	}
	u.Path = "/" + d.name
	d.board = u.String()
	if d.tables, err = sql.Open(d.driver, d.board); err != nil {
		return nil, errors.Join(err, d.close(ctx))
	}
	d.bareDB = d.tables
	return d, nil
}

func openSQLite(dir string) (*database, error) {
	d := &database{driver: "sqlite", board: filepath.Join(dir, "board.db")}
	// The board's own settings; what it holds is looked at, and not changed.
	settings := "?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"
	var err error
	if d.tables, err = sql.Open(d.driver, "file:"+d.board+settings+"&_pragma=query_only(1)"); err != nil {
		return nil, err
	}
	if d.bareDB, err = sql.Open(d.driver, "file:"+filepath.Join(dir, "bare.db")+settings); err != nil {
		return nil, errors.Join(err, d.tables.Close())
	}
	return d, nil
}

func (d *database) isPostgres() bool { return d.name != "" }

// close drops what is on a server. Files go with their folder.
func (d *database) close(ctx context.Context) error {
	if !d.isPostgres() {
		return errors.Join(d.tables.Close(), d.bareDB.Close())
	}
	var err error
	if d.tables != nil {
		err = d.tables.Close()
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	_, dropped := d.server.ExecContext(ctx, "DROP DATABASE "+d.name+" WITH (FORCE)")
	return errors.Join(err, dropped, d.server.Close())
}

// bareTime is when a bare insert takes no more rows.
const bareTime = 15 * time.Second

// bare inserts rows such as the board's, each in a transaction of its own that
// is on the disk when it ends, and says how long each took.
func (d *database) bare(ctx context.Context, rows int) ([]time.Duration, error) {
	conn, err := d.bareDB.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // it goes back to the pool
	if _, err := conn.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS bare (person BIGINT NOT NULL, id TEXT NOT NULL, n BIGINT NOT NULL,
		arrived BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (person, id))`); err != nil {
		return nil, err
	}
	var took []time.Duration
	began := time.Now()
	for len(took) < rows && time.Since(began) < bareTime {
		d.rows++
		e := event(d.rows)
		body, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		from := time.Now()
		if _, err := conn.ExecContext(ctx, `INSERT INTO bare VALUES ($1, $2, $3, $4, $5)`, d.rows%500, e.ID, d.rows, from.UnixMicro(), string(body)); err != nil {
			return nil, err
		}
		took = append(took, time.Since(from))
	}
	return took, nil
}

// events counts the rows of the board's table.
func (d *database) events(ctx context.Context) (rows int, err error) {
	err = d.tables.QueryRowContext(ctx, `SELECT count(*) FROM leakproof_events`).Scan(&rows)
	return rows, err
}
