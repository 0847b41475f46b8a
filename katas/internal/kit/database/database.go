// Package database is a driver for [database/sql] that says what a suite wants.
package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"sync"
	"testing"
)

// A Fake is a driver for [database/sql] whose database lives in memory. The pool
// above it is the real one, with its transactions, contexts and [sql.DBStats]; it
// works in a kit.Bubble, in virtual time.
//
// A Fake knows no SQL. Answer says what each statement does, so a suite can have
// one fail, or wait for a channel or the end of its context, or break off in the
// middle of its rows. The Fake itself only counts what is open.
//
// While a statement waits, [database/sql] holds locks of its connection, and
// whoever ends its transaction meanwhile waits for those. That stops the clock of a
// bubble; with kit.Settle it does not matter.
type Fake struct {
	// Answer is called for each statement, and also for the beginning and the end
	// of a transaction. It may be called by several goroutines. A statement whose
	// context has ended fails without it.
	Answer func(ctx context.Context, c Call) Reply

	mu        sync.Mutex
	rows, txs int
}

// A Call is what reaches the database.
type Call struct {
	Statement string // as the code wrote it; or [Begin], [Commit], [Rollback]
	Args      []any  // each as a [driver.Value]: an int is an int64 here
	InTx      bool   // it was sent in a transaction
}

// The statements that [database/sql] has methods for.
const (
	Begin    = "begin"
	Commit   = "commit"
	Rollback = "rollback"
)

// A Reply is what a call brings. The zero value is a success without rows.
type Reply struct {
	Err      error   // the call fails
	Rows     [][]any // of a query: each has the same number of values, of types that a [driver.Value] has
	Cut      error   // what reading ends with after the last of Rows, in place of their end
	Affected int64   // the rows that a change has touched
}

// Open returns a new pool of at most limit connections to d. It is closed when t
// ends, or its bubble: a pool has a goroutine of its own.
func (d *Fake) Open(t testing.TB, limit int) *sql.DB {
	pool := sql.OpenDB(connector{d})
	pool.SetMaxOpenConns(limit)
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}

// Held returns how many [sql.Rows] and how many transactions are open. Each holds
// a connection of its pool, except for rows of a transaction, which share its own.
func (d *Fake) Held() (rows, txs int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rows, d.txs
}

// hold counts what has been opened, or closed if that is negative.
func (d *Fake) hold(rows, txs int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rows, d.txs = d.rows+rows, d.txs+txs
}

// What follows is what database/sql calls. It calls one connection, with its
// statements, rows and transaction, for one goroutine at a time.

type connector struct{ db *Fake }

func (c connector) Connect(context.Context) (driver.Conn, error) { return &conn{db: c.db}, nil }
func (connector) Driver() driver.Driver                          { return nil }

type conn struct {
	db   *Fake
	inTx bool
}

// do has the database answer one call.
func (c *conn) do(ctx context.Context, statement string, args []driver.NamedValue) (Reply, error) {
	if err := ctx.Err(); err != nil {
		return Reply{}, err
	}
	call := Call{Statement: statement, InTx: c.inTx}
	for _, a := range args {
		call.Args = append(call.Args, a.Value)
	}
	r := c.db.Answer(ctx, call)
	return r, r.Err
}

func (c *conn) QueryContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Rows, error) {
	r, err := c.do(ctx, statement, args)
	if err != nil {
		return nil, err
	}
	c.db.hold(1, 0)
	rows := &rows{db: c.db, left: r.Rows, end: r.Cut}
	if len(r.Rows) > 0 {
		rows.columns = make([]string, len(r.Rows[0]))
	}
	return rows, nil
}

func (c *conn) ExecContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Result, error) {
	r, err := c.do(ctx, statement, args)
	return driver.RowsAffected(r.Affected), err
}

func (c *conn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	if _, err := c.do(ctx, Begin, nil); err != nil {
		return nil, err
	}
	c.inTx = true
	c.db.hold(0, 1)
	return c, nil
}

func (c *conn) Begin() (driver.Tx, error) { return c.BeginTx(context.Background(), driver.TxOptions{}) }
func (c *conn) Commit() error             { return c.end(Commit) }
func (c *conn) Rollback() error           { return c.end(Rollback) }

// end ends the transaction, whatever the database says.
func (c *conn) end(how string) error {
	_, err := c.do(context.Background(), how, nil)
	c.inTx = false
	c.db.hold(0, -1)
	return err
}

func (c *conn) Prepare(statement string) (driver.Stmt, error) { return &stmt{c, statement}, nil }
func (c *conn) Close() error                                  { return nil }

// A stmt is a prepared statement: one that is sent later.
type stmt struct {
	conn *conn
	text string
}

func (s *stmt) Close() error  { return nil }
func (s *stmt) NumInput() int { return -1 } // it does not know

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.conn.QueryContext(ctx, s.text, args)
}

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.conn.ExecContext(ctx, s.text, args)
}

// Query and Exec are what database/sql called before it knew contexts.
func (s *stmt) Query([]driver.Value) (driver.Rows, error)  { return nil, driver.ErrSkip }
func (s *stmt) Exec([]driver.Value) (driver.Result, error) { return nil, driver.ErrSkip }

type rows struct {
	db      *Fake
	columns []string
	left    [][]any
	end     error // nil: io.EOF
	closed  bool
}

// Columns returns names that nobody needs. They stay after the last row:
// database/sql looks one up when a value doesn't fit.
func (r *rows) Columns() []string { return r.columns }

func (r *rows) Next(to []driver.Value) error {
	if len(r.left) > 0 {
		for i, v := range r.left[0] {
			to[i] = v
		}
		r.left = r.left[1:]
		return nil
	}
	if r.end != nil {
		return r.end
	}
	return io.EOF
}

func (r *rows) Close() error {
	if !r.closed {
		r.closed = true
		r.db.hold(-1, 0)
	}
	return nil
}
