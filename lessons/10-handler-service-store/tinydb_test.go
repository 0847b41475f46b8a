package layers

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"testing"
)

// A tinyDB is a database whose every query returns the same rows. It may fail
// after the last row, or at every update.
type tinyDB struct {
	rows           []driver.Value
	cut, refuses   error
	commits, backs int
}

// open returns the pool of a new tinyDB, with at most two connections.
func open(t *testing.T, db *tinyDB) *sql.DB {
	t.Helper()
	pool := sql.OpenDB(db)
	pool.SetMaxOpenConns(2)
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}

func (db *tinyDB) Connect(context.Context) (driver.Conn, error) { return tinyConn{db}, nil }
func (db *tinyDB) Driver() driver.Driver                        { return nil }

type tinyConn struct{ db *tinyDB }

func (c tinyConn) Prepare(string) (driver.Stmt, error) { return nil, driver.ErrSkip }
func (c tinyConn) Close() error                        { return nil }
func (c tinyConn) Begin() (driver.Tx, error)           { return c, nil }
func (c tinyConn) Commit() error                       { c.db.commits++; return nil }
func (c tinyConn) Rollback() error                     { c.db.backs++; return nil }

func (c tinyConn) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	return &tinyRows{c.db.rows, c.db.cut}, nil
}

func (c tinyConn) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return driver.RowsAffected(1), c.db.refuses
}

type tinyRows struct {
	left []driver.Value
	cut  error
}

func (r *tinyRows) Columns() []string { return []string{"text"} }
func (r *tinyRows) Close() error      { return nil }

func (r *tinyRows) Next(to []driver.Value) error {
	if len(r.left) == 0 && r.cut != nil {
		return r.cut
	}
	if len(r.left) == 0 {
		return io.EOF
	}
	to[0], r.left = r.left[0], r.left[1:]
	return nil
}
