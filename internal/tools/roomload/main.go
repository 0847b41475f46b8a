//go:build linux

// Roomload puts the board of a room under load, ends it in the middle if asked
// to, and looks at what the store holds afterwards. The board is the real one,
// in processes of its own: one on SQLite, two on PostgreSQL.
//
//	go run ./internal/tools/roomload                                 # 500 people and 50 pages for a minute, on SQLite
//	go run ./internal/tools/roomload -kill board                     # with a kill -9 of the board in the middle
//	go run ./internal/tools/roomload -compress 12 -for 5m            # an hour's worth of events
//	go run ./internal/tools/roomload -database postgres -people 5000 -kill board,database
//
// PostgreSQL is the server that LEAKPROOF_POSTGRES names, as
// postgres://USER@HOST:PORT/postgres; the program makes a database there and
// drops it at the end. To kill the server, it has to run on this machine.
//
// Events come at a constant rate, whatever the board does: each counts from the
// moment when it was due. Who gets no answer sends the same ids again, on
// PostgreSQL to the other board, and some who got one do so too. At the end, an
// event that was acknowledged and is not in the exports, one that is there or
// counts twice, one that nobody sent, one that a page did not show, and memory
// that grows though the boards keep up are violations: the program prints them
// and ends with status 1.
//
// The same machine's bare insert, measured just before and after, is what the
// table sets the times beside. The files lie below TMPDIR.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"example.com/leakproof/internal/team/room"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	o, err := parse(os.Args[1:], os.Getenv, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(0)
	}
	var violations []string
	if err == nil {
		violations, err = run(ctx, o, os.Stdout, os.Stderr)
	}
	stop()
	for _, v := range violations {
		fmt.Println("VIOLATION:", v)
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "roomload:", err)
		os.Exit(2)
	case len(violations) > 0:
		os.Exit(1)
	}
}

// options are what the command line asks for.
type options struct {
	people   int
	pages    int
	every    time.Duration // between two events of a person
	lasts    time.Duration
	compress int    // how many events come where one would
	server   string // of PostgreSQL; "" is SQLite
	kill     []string
	bareRows int // how many rows the bare insert writes, before and after
}

// What -kill names.
const (
	killBoard    = "board"
	killDatabase = "database"
)

func parse(args []string, getenv func(string) string, stderr io.Writer) (options, error) {
	o := options{bareRows: 1_000}
	flags := flag.NewFlagSet("roomload", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.people, "people", 500, "who joins")
	flags.IntVar(&o.pages, "pages", 50, "who watches; each page looks for the events of one person")
	flags.DurationVar(&o.every, "every", 5*time.Second, "between two events of a person")
	flags.DurationVar(&o.lasts, "for", time.Minute, "how long")
	flags.IntVar(&o.compress, "compress", 1, "let `N` events come at once where one would, so that the time counts N times")
	database := flags.String("database", "sqlite", "sqlite, or postgres at LEAKPROOF_POSTGRES")
	kill := flags.String("kill", "", "what to end by SIGKILL on the way: board, database (PostgreSQL), or both with a comma")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch *database {
	case "sqlite":
	case "postgres":
		if o.server = getenv("LEAKPROOF_POSTGRES"); o.server == "" {
			return o, errors.New("set LEAKPROOF_POSTGRES to a server where databases may be made, as postgres://USER@HOST:PORT/postgres")
		}
	default:
		return o, fmt.Errorf("-database is sqlite or postgres, not %q", *database)
	}
	if *kill != "" {
		o.kill = strings.Split(*kill, ",")
	}
	for _, what := range o.kill {
		switch {
		case what != killBoard && what != killDatabase:
			return o, fmt.Errorf("-kill takes board, database or both, not %q", what)
		case what == killDatabase && o.server == "":
			return o, errors.New("-kill database needs -database postgres: SQLite ends with its board")
		}
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("give only flags, not %q", flags.Arg(0))
	case o.people < 1 || o.pages < 0 || o.every <= 0 || o.lasts < o.every:
		return o, errors.New("at least one person, and -for no shorter than -every")
	case o.compress < 1 || o.compress > room.MaxEvents:
		return o, fmt.Errorf("-compress is 1 to %d", room.MaxEvents)
	}
	return o, nil
}

// run is one run: the bare insert, the room under load, what the store holds,
// and the bare insert again. It prints the table.
func run(ctx context.Context, o options, stdout, stderr io.Writer) (violations []string, err error) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(stderr, format+"\n", args...) }
	dir, err := os.MkdirTemp("", "leakproof-roomload-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	say("Building the board")
	program, err := build(ctx, dir)
	if err != nil {
		return nil, err
	}
	d, err := openDatabase(ctx, o.server, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.close(context.WithoutCancel(ctx))) }()
	t := table{options: o}
	if t.loadBefore, err = loadAverage(); err != nil {
		return nil, err
	}
	say("Bare inserts")
	if t.before, err = d.bare(ctx, o.bareRows); err != nil {
		return nil, err
	}
	if err := t.room(ctx, d, program, dir, say); err != nil {
		return nil, err
	}
	say("Bare inserts")
	if t.after, err = d.bare(ctx, o.bareRows); err != nil {
		return nil, err
	}
	if t.loadAfter, err = loadAverage(); err != nil {
		return nil, err
	}
	return t.violations(), t.write(stdout)
}

// room opens the boards, has people join, post and watch, and looks at what is
// kept.
func (t *table) room(ctx context.Context, d *database, program, dir string, say func(string, ...any)) (err error) {
	n := 1
	if d.isPostgres() {
		n = 2
	}
	boards := make([]*board, n)
	for i := range boards {
		boards[i] = newBoard(program, dir, d.board, i)
		if err := boards[i].start(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, boards[i].stop()) }()
	}
	l := newLoad(t.options, boards)
	say("%d people join", t.people)
	if err := l.join(ctx); err != nil {
		return err
	}
	defer l.close()
	say("Load for %v", t.lasts)
	if err := l.run(ctx, d, say); err != nil {
		return err
	}
	say("What the store holds")
	if t.audit, err = l.audit(ctx, d); err != nil {
		return err
	}
	for _, b := range boards {
		if err := b.stop(); err != nil {
			return err
		}
		t.cpu += b.cpu
		if words := b.lastWords(); words != "" {
			say("The end of the log of the board at %s:\n%s", b.listen, words)
		}
	}
	t.measured = l.measured
	t.memory = slices.Clone(l.memory)
	return nil
}
