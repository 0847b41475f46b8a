package layered

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// What a statement of a MemDB takes.
const (
	queryLatency = time.Millisecond
	execLatency  = 5 * time.Millisecond
)

// A MemDB stands in for the database server: it knows the statements of
// this lesson and keeps a record of them.
type MemDB struct {
	titles map[string]string
	tags   map[string][]string
	down   error // what each statement returns instead, if it is set

	mu         sync.Mutex
	statements []string
	visits     int
}

// NewMemDB returns a server with these titles and tags, by note.
func NewMemDB(titles map[string]string, tags map[string][]string) *MemDB {
	return &MemDB{titles: titles, tags: tags}
}

// Open connects to the server.
func (m *MemDB) Open() *sql.DB { return sql.OpenDB(memConnector{m}) }

// Visits returns how many visits were recorded.
func (m *MemDB) Visits() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.visits
}

// Statements returns what was asked so far.
func (m *MemDB) Statements() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.statements)
}

func (m *MemDB) record(statement string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.statements = append(m.statements, statement)
}

func (m *MemDB) query(statement, note string) ([]string, error) {
	if strings.Contains(statement, "from notes") {
		if title, ok := m.titles[note]; ok {
			return []string{title}, nil
		}
		return nil, nil
	}
	switch _, column, _ := strings.Cut(statement, " order by "); column {
	case "name":
		return slices.Sorted(slices.Values(m.tags[note])), nil
	case "":
		return nil, errors.New("syntax error at end of input")
	default:
		return nil, fmt.Errorf("column %q of tags does not exist", column)
	}
}

type memConnector struct{ db *MemDB }

func (c memConnector) Connect(context.Context) (driver.Conn, error) { return memConn(c), nil }
func (c memConnector) Driver() driver.Driver                        { return nil }

type memConn struct{ db *MemDB }

var (
	_ driver.QueryerContext = memConn{}
	_ driver.ExecerContext  = memConn{}
)

func (c memConn) Prepare(string) (driver.Stmt, error) { return nil, errors.ErrUnsupported }
func (c memConn) Begin() (driver.Tx, error)           { return nil, errors.ErrUnsupported }
func (c memConn) Close() error                        { return nil }

func (c memConn) QueryContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Rows, error) {
	c.db.record(statement)
	if err := pause(ctx, queryLatency); err != nil {
		return nil, err
	}
	if c.db.down != nil {
		return nil, c.db.down
	}
	found, err := c.db.query(statement, fmt.Sprint(args[0].Value))
	return &memRows{found}, err
}

func (c memConn) ExecContext(ctx context.Context, statement string, _ []driver.NamedValue) (driver.Result, error) {
	c.db.record(statement)
	if err := pause(ctx, execLatency); err != nil {
		return nil, err
	}
	if c.db.down != nil {
		return nil, c.db.down
	}
	c.db.mu.Lock()
	defer c.db.mu.Unlock()
	c.db.visits++
	return driver.RowsAffected(1), nil
}

type memRows struct{ left []string }

func (r *memRows) Columns() []string { return []string{"value"} }
func (r *memRows) Close() error      { return nil }

func (r *memRows) Next(dest []driver.Value) error {
	if len(r.left) == 0 {
		return io.EOF
	}
	dest[0], r.left = r.left[0], r.left[1:]
	return nil
}
