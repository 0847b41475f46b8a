// Board is the server of a room: those who join it send what became of their
// katas, and its page shows the facilitator where the room is stuck. It is a
// program of its own, since its databases would make the workbook slow to
// build. Package room documents what it is asked and answers.
//
// It needs no clock but its own: every duration that a view shows is between
// two arrivals. What it acknowledges is on the disk.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/team/room"
)

// The exit codes are those of leakproof.
const (
	exitOK    = 0
	exitUsage = 2
	exitUnfit = 3
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// options are what the command line asks for.
type options struct {
	listen    string
	database  string
	room      string
	agenda    string
	url       string
	newSecret bool
	state     string // the folder
}

const about = `Serve a room: people join it with "leakproof join", and its page shows the
facilitator where they are stuck.

Without --listen only this machine reaches the board. Other machines do with
--listen :8080; what they say is not encrypted, so outside of a network that you
trust put a proxy with TLS before the board, and name its address with --url.

The database is a file, or PostgreSQL with --database
postgres://USER@HOST:5432/NAME, which several boards may share if they have the
same facilitator's secret and --room. Keep a password out of the command line: in
PGPASSWORD or ~/.pgpass. A database holds several rooms; --room names the one to
open.

Environment:
  LEAKPROOF_STATE  the folder for the database and the facilitator's secret
`

// run serves until ctx is done, and returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	o, err := parse(args, getenv, stdout)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return exitOK
	case err != nil:
		_, _ = fmt.Fprintf(stderr, "leakproof board: %v\n`leakproof board --help` explains the command.\n", err)
		return exitUsage
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	if err := serve(ctx, o, log, stdout); err != nil {
		_, _ = fmt.Fprintf(stderr, "leakproof board: %v\n", err)
		return exitUnfit
	}
	return exitOK
}

func parse(args []string, getenv func(string) string, stdout io.Writer) (options, error) {
	o := options{state: getenv("LEAKPROOF_STATE")}
	if o.state == "" {
		o.state = progress.DefaultDir()
	}
	flags := pflag.NewFlagSet("leakproof board", pflag.ContinueOnError)
	flags.SortFlags = false
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "the address to listen at; port 0 takes a free one")
	flags.StringVar(&o.database, "database", filepath.Join(o.state, "board.db"), "a SQLite file, or postgres://USER@HOST:5432/NAME")
	flags.StringVar(&o.room, "room", "Leakproof", "the room to open, or to make")
	flags.StringVar(&o.agenda, "agenda", "", "a file of `leakproof session plan`: the page shows its steps")
	flags.StringVar(&o.url, "url", "", "the address under which people reach the board, if it is another one")
	flags.BoolVar(&o.newSecret, "new-secret", false, "make a new secret for the facilitator; the old one ends")
	flags.Usage = func() { _, _ = fmt.Fprintf(stdout, "%s\nFlags:\n%s", about, flags.FlagUsages()) }
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("give only flags: you gave %q", flags.Arg(0))
	}
	name, err := room.CleanName(o.room)
	if err != nil {
		return o, fmt.Errorf("--room: %w", err)
	}
	o.room = name
	o.url = strings.TrimRight(o.url, "/")
	if o.url != "" && !isTLS(o.url) && !strings.HasPrefix(o.url, "http://") {
		return o, errors.New("--url must begin with https:// or http://")
	}
	return o, nil
}

func isTLS(address string) bool { return strings.HasPrefix(address, "https://") }
