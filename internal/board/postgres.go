package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	channel   = "leakproof_board"
	openTime  = 15 * time.Second // to reach the database at the start
	quietTime = 30 * time.Second // without news before the connection is tried
)

// postgresEngine is a database that several boards may share.
type postgresEngine struct {
	pool *pgxpool.Pool
	self string // in the changes that this board announces
}

// openPostgres connects to a database. A row that is committed is on the
// server's disk, whatever the server's default is.
func openPostgres(ctx context.Context, dsn string) (*store, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil { // its text may hold the password
		return nil, errors.New("the address of the database cannot be read: give --database postgres://USER:PASSWORD@HOST:PORT/NAME")
	}
	config.MaxConns = max(config.MaxConns, 8)
	config.ConnConfig.ConnectTimeout = openTime
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, errors.New("the address of the database cannot be used: give --database postgres://USER:PASSWORD@HOST:PORT/NAME")
	}
	db := stdlib.OpenDBFromPool(pool)
	e := &postgresEngine{pool: pool, self: rand.Text()}
	s := &store{engine: e, write: db, read: db, queue: make(chan *request, batchRequests)}
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	err = s.ping(ctx)
	if err == nil {
		err = s.migrate(ctx)
	}
	if err != nil {
		return nil, errors.Join(e.fault(err), s.close())
	}
	return s, nil
}

// dialect leaves $1 as it is.
func (*postgresEngine) dialect(query string) string { return postgresWords.Replace(query) }

var postgresWords = strings.NewReplacer(
	"{number}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
	"{bytes}", "BYTEA",
	"{clustered}", "",
	"{for update}", "FOR UPDATE",
	"{in $1}", "= ANY ($1)",
	"{in $2}", "= ANY ($2)",
	"{lock schema}", "SELECT pg_advisory_xact_lock(hashtext('leakproof_schema'))",
	// Not to_regclass: what it remembers is from before another board made them.
	"{count tables}", "SELECT count(*) FROM pg_catalog.pg_tables WHERE tablename = 'leakproof_schema' AND schemaname = ANY (current_schemas(false))",
)

// table hands over each column as an array. So a statement stays the same
// however many rows came together, and the server plans it once.
func (*postgresEngine) table(columns ...any) (sql string, args []any) {
	var arrays []string
	for i, column := range columns {
		kind := "bigint"
		if _, text := column.([]string); text {
			kind = "text"
		}
		arrays = append(arrays, fmt.Sprintf("$%d::%s[]", i+1, kind))
	}
	return "unnest(" + strings.Join(arrays, ", ") + ")", columns
}

func (*postgresEngine) list(numbers []int64) any { return numbers }

// writers is how many transactions are written at once. While two wait for the
// disk, the next batches come together.
func (*postgresEngine) writers() int { return 2 }

// where names the database without who and how.
func (e *postgresEngine) where() string {
	c := e.pool.Config().ConnConfig
	return c.Database + " at " + net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
}

func (e *postgresEngine) fault(err error) error {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		what, next := "refuses this", "look at the server's log"
		switch {
		case refused.Code == "28P01" || refused.Code == "28000":
			what, next = "does not let this user in", "correct user and password in --database, or in PGPASSWORD or ~/.pgpass"
		case refused.Code == "3D000":
			what, next = "does not exist", "make it with createdb, or name another with --database"
		case refused.Code == "25006":
			what, next = "is read-only", "name the primary server with --database"
		case refused.Code == "42501":
			what, next = "does not let this user make or use tables", "grant it CREATE on the schema, or name another user in --database"
		case refused.Code == "53100":
			what, next = "has no space left", "make room on the server's disk"
		case strings.HasPrefix(refused.Code, "53"):
			what, next = "has no connection or memory left", "raise the server's limits, or stop other boards"
		case strings.HasPrefix(refused.Code, "57P"):
			what, next = "is starting or stopping", "try again in a moment"
		}
		return fmt.Errorf("the database %s %s (%s): %s", e.where(), what, refused.Message, next)
	}
	_, offline := errors.AsType[*pgconn.ConnectError](err)
	_, broken := errors.AsType[*net.OpError](err)
	switch {
	case offline || broken || errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the database %s cannot be reached (%s): start it, or correct the address in --database", e.where(), e.reason(err))
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("the database %s did not answer in time: look at its load and its log", e.where())
	}
	return err
}

// reason is the innermost cause of a connection that failed: those around it
// name the user.
func (*postgresEngine) reason(err error) string {
	for {
		switch wrapped := err.(type) { //nolint:errorlint // each layer is looked at in turn
		case interface{ Unwrap() []error }:
			all := wrapped.Unwrap()
			if len(all) == 0 {
				return err.Error()
			}
			err = all[len(all)-1]
		case *net.OpError:
			return wrapped.Error()
		case interface{ Unwrap() error }:
			inner := wrapped.Unwrap()
			if inner == nil {
				return err.Error()
			}
			err = inner
		default:
			return err.Error()
		}
	}
}

func (e *postgresEngine) announce(ctx context.Context, tx *sql.Tx, c change) error {
	if len(c.People) == 0 && !c.Info {
		return nil
	}
	c.From = e.self
	news, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if len(news) > 7_900 { // a notification holds 8,000 bytes
		news, _ = json.Marshal(change{From: e.self, Room: c.Room, All: true})
	}
	_, err = tx.ExecContext(ctx, `SELECT pg_notify($1, $2)`, channel, string(news))
	return err
}

// listen hears what is announced. What was missed while there was no
// connection nobody knows, so everything is loaded anew then.
func (e *postgresEngine) listen(ctx context.Context, hear func(change), tell func(error)) {
	for wait := 100 * time.Millisecond; ctx.Err() == nil; wait = min(2*wait, 10*time.Second) {
		began := time.Now()
		if err := e.listenOnce(ctx, hear); ctx.Err() == nil {
			tell(e.fault(err))
		}
		if time.Since(began) > time.Minute {
			wait = 100 * time.Millisecond
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait/2 + mathrand.N(wait)): //nolint:gosec // chance, not a secret
		}
	}
}

func (e *postgresEngine) listenOnce(ctx context.Context, hear func(change)) (err error) {
	conn, err := pgx.ConnectConfig(ctx, e.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err = errors.Join(err, conn.Close(ctx))
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	hear(change{All: true})
	for {
		quiet, cancel := context.WithTimeout(ctx, quietTime)
		news, err := conn.WaitForNotification(quiet)
		cancel()
		switch {
		case err == nil:
			var c change
			if json.Unmarshal([]byte(news.Payload), &c) != nil {
				c = change{All: true}
			}
			if c.From != e.self {
				hear(c)
			}
		case ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded):
			return err
		default:
			probe, cancel := context.WithTimeout(ctx, openTime)
			err := conn.Ping(probe)
			cancel()
			if err != nil {
				return err
			}
		}
	}
}

func (e *postgresEngine) close() error {
	e.pool.Close()
	return nil
}
