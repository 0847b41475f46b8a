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
	"example.com/leakproof/internal/team/boardflags"
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
	boardflags.Options
	state   string // the folder
	proxies proxies
}

// run serves until ctx is done, and returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	o, err := parse(args, getenv, stdout)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return exitOK
	case err != nil:
		_, _ = fmt.Fprintf(stderr, "leakproof board: %v\n", err)
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
	o.Define(flags)
	flags.Usage = func() {
		_, _ = fmt.Fprintf(stdout, "%s\n\nFlags:\n%s\nEnvironment:\n  LEAKPROOF_STATE  the folder for the database and the facilitator's secret\n", boardflags.About, flags.FlagUsages())
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("give only flags: you gave %q", flags.Arg(0))
	}
	name, err := room.CleanName(o.Room)
	if err != nil {
		return o, fmt.Errorf("--room: %w", err)
	}
	o.Room = name
	if o.proxies, err = parseProxies(o.TrustedProxy); err != nil {
		return o, fmt.Errorf("--trusted-proxy: %w", err)
	}
	if o.Database == "" {
		o.Database = filepath.Join(o.state, "board.db")
	}
	o.URL = strings.TrimRight(o.URL, "/")
	if o.URL != "" && !isTLS(o.URL) && !strings.HasPrefix(o.URL, "http://") {
		return o, errors.New("--url must begin with https:// or http://")
	}
	return o, nil
}

func isTLS(address string) bool { return strings.HasPrefix(address, "https://") }
