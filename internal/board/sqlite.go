package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteEngine is a database in a file. One board at a time has it.
type sqliteEngine struct {
	file string
	lock *flock.Flock
}

// openSQLite opens a database file, or makes it. A row that is committed is on
// the disk: the journal is written through (synchronous=FULL) before a
// transaction ends. What is deleted is overwritten.
func openSQLite(ctx context.Context, file string) (*store, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, fmt.Errorf("the folder of the database cannot be made (%w): name another file with --database", err)
	}
	e := &sqliteEngine{file: file}
	if err := e.takeLock(); err != nil {
		return nil, err
	}
	s, err := e.open()
	if err == nil {
		err = s.migrate(ctx)
	}
	if err == nil {
		return s, nil
	}
	if s != nil {
		err = errors.Join(e.fault(err), s.close())
	} else {
		err = errors.Join(err, e.close())
	}
	return nil, err
}

func (e *sqliteEngine) open() (*store, error) {
	f, err := os.OpenFile(e.file, os.O_RDWR|os.O_CREATE, 0o600) // not for others to read
	if err != nil {
		return nil, fmt.Errorf("the database cannot be written (%w): make the file and its folder writable, or name another with --database", err)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	path := filepath.ToSlash(e.file)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive
	}
	pragmas := "?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)"
	dsn := (&url.URL{Scheme: "file", Path: path}).String() + pragmas
	write, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	read, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	write.SetMaxOpenConns(1)
	read.SetMaxOpenConns(4)
	return &store{engine: e, write: write, read: read, queue: make(chan *request, batchRequests)}, nil
}

// takeLock makes sure that no other board has the file, since each one holds
// the room in memory too.
func (e *sqliteEngine) takeLock() error {
	pid := e.file + ".pid" // not in the locked file: on Windows nobody reads or writes that
	e.lock = flock.New(e.file + ".lock")
	got, err := e.lock.TryLock()
	if err != nil {
		return fmt.Errorf("the database cannot be locked (%w): make its folder writable, or name another file with --database", err)
	}
	if !got {
		who := "another board"
		if text, err := os.ReadFile(pid); err == nil && len(text) > 0 && len(text) < 20 {
			who = "the board with process id " + strings.TrimSpace(string(text))
		}
		return fmt.Errorf("%s has the database %s: stop it, or name another file with --database", who, e.file)
	}
	if err := os.WriteFile(pid, []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return errors.Join(fmt.Errorf("%s cannot be written (%w): make its folder writable, or name another file with --database", pid, err), e.lock.Close())
	}
	return nil
}

var sqliteWords = strings.NewReplacer(
	"$", "?",
	"{number}", "INTEGER PRIMARY KEY AUTOINCREMENT",
	"{bytes}", "BLOB",
	"{clustered}", "WITHOUT ROWID",
	"{for update}", "", // there is one writer
	"{in $1}", "IN (SELECT value FROM json_each(?1))",
	"{in $2}", "IN (SELECT value FROM json_each(?2))",
	"{lock schema}", "SELECT 1",
	"{count tables}", "SELECT count(*) FROM sqlite_master WHERE name = 'leakproof_schema'",
)

func (*sqliteEngine) dialect(query string) string { return sqliteWords.Replace(query) }

// table has a parameter for each cell; a batch has some 10,000 at most, and
// SQLite takes 32,766.
func (*sqliteEngine) table(columns ...any) (sql string, args []any) {
	rows := 0
	cell := func(column any, row int) any {
		if texts, ok := column.([]string); ok {
			return texts[row]
		}
		return column.([]int64)[row]
	}
	switch first := columns[0].(type) {
	case []string:
		rows = len(first)
	case []int64:
		rows = len(first)
	}
	var b strings.Builder
	b.WriteString("(VALUES ")
	for row := range rows {
		b.WriteString([]string{"(", ", ("}[min(row, 1)])
		for i, column := range columns {
			args = append(args, cell(column, row))
			b.WriteString([]string{"?", ", ?"}[min(i, 1)])
			b.WriteString(strconv.Itoa(len(args)))
		}
		b.WriteByte(')')
	}
	b.WriteByte(')')
	return b.String(), args
}

func (*sqliteEngine) list(numbers []int64) any {
	text, _ := json.Marshal(numbers) // numbers
	return string(text)
}

func (e *sqliteEngine) fault(err error) error {
	problem, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch problem.Code() & 0xff {
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return fmt.Errorf("the database %s cannot be written: make the file and its folder writable, or name another with --database (%w)", e.file, err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("there is no space left for the database %s: make room on its disk (%w)", e.file, err)
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("%s is damaged, or no SQLite database: move it away, or name another file with --database (%w)", e.file, err)
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fmt.Errorf("another program has the database %s locked: close it (%w)", e.file, err)
	}
	return fmt.Errorf("the database %s fails (%w): look at its disk, or name another file with --database", e.file, err)
}

// announce has nobody to tell.
func (*sqliteEngine) announce(context.Context, *sql.Tx, change) error { return nil }

func (*sqliteEngine) writers() int { return 1 }

func (*sqliteEngine) listen(ctx context.Context, _ func(change), _ func(error)) { <-ctx.Done() }

func (e *sqliteEngine) close() error { return e.lock.Close() }
