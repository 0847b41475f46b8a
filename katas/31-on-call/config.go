// Package oncall is the notes service as it runs in production.
package oncall

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
)

// A Config is what main hands to Run.
type Config struct {
	Listener  net.Listener      // for the requests; Run closes it
	DB        DB                // Run closes it
	Checker   string            // the URL of the team that checks what users write
	Transport http.RoundTripper // of the requests to Checker
	Log       *slog.Logger
	Conns     int // how many calls of Load and Save may run at once; at least 1
	Trail     int // how many entries may wait for Record; at least 1
}

// A Note is what a team writes, line by line.
type Note struct {
	ID    string   `json:"id"`
	Lines []string `json:"lines"`
}

// An Entry of the audit trail says which line was written to which note.
type Entry struct{ Note, Line string }

// ErrNoRow says that the database has no such note.
var ErrNoRow = errors.New("no row")

// A DB is the database. Several goroutines may use it until it is closed. When
// ctx ends, a call gives up and returns an error that wraps that of ctx. No other
// process writes notes.
type DB interface {
	// Load returns a note, or an error that wraps ErrNoRow.
	Load(ctx context.Context, id string) (Note, error)
	// Save writes a note, in place of the one with its id.
	Save(ctx context.Context, n Note) error
	// Record adds entries to the audit trail. It has a connection of its own.
	Record(ctx context.Context, entries []Entry) error
	Close() error
}
