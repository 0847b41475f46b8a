//go:build linux

// Torture grades hostile and broken packages, in hostile and broken
// environments, and prints what became of each. Each case is a file in cases/
// that says what the verdict must be.
//
//	go run ./internal/tools/torture              # all of them
//	go run ./internal/tools/torture fifo norace  # those with such a name
//
// It needs a clone of the repository and writes only to temporary folders. The
// cases that mount a file system need root, and are said to be left out where
// that is not possible.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	wrong, err := run(ctx, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(2)
	}
	if wrong > 0 {
		os.Exit(1)
	}
}

// run grades the cases whose names hold one of the words, all of them without
// words, and counts those that did not end as they must.
func run(ctx context.Context, words []string) (wrong int, err error) {
	all, err := load()
	if err != nil {
		return 0, err
	}
	r, err := newRack(ctx, ".")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.close()) }()

	table := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	ran, left := 0, 0
	for _, h := range all {
		named := func(word string) bool { return strings.Contains(h.Name, word) }
		if len(words) > 0 && !slices.ContainsFunc(words, named) {
			continue
		}
		began := time.Now()
		out, err := r.try(ctx, h)
		mark := "ok"
		switch {
		case ctx.Err() != nil:
			return wrong, ctx.Err()
		case errors.Is(err, errNotHere):
			left++
			_, _ = fmt.Fprintf(table, "left out\t%s\t\t%v\n", h.Name, err)
			continue
		case err != nil:
			wrong++
			mark = "WRONG"
			out.Summary = err.Error() + " | " + out.Summary
		}
		ran++
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%.1f s\t%.160s\n", mark, h.Name, out.Status, time.Since(began).Seconds(), out.Summary)
		if err := table.Flush(); err != nil {
			return wrong, err
		}
	}
	fmt.Printf("%d cases, %d wrong, %d left out\n", ran, wrong, left)
	return wrong, table.Flush()
}
