//go:build linux

// Soak lets the workbook run for long, as an impatient learner would use it:
// it opens each kata on a terminal, in a clone to throw away, and saves
// versions from the corpus at random moments, by the ways that editors have.
// Among them are versions that do not compile, never end or print without end.
//
//	go run ./internal/tools/soak                     # 500 saves, about 15 minutes
//	go run ./internal/tools/soak -saves 50 -seed 7   # fewer, in the order of another run
//
// Whenever it gets quiet, the screen must show the verdict of the version that
// was saved last. A verdict that is wrong or of an older version, a process
// that outlives its run, a file that is left behind or memory that grows is a
// violation: the program prints it and ends with status 1.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tools/rig"
	"example.com/leakproof/internal/workspace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	saves := flag.Int("saves", 500, "how often to save, in all")
	seed := flag.Uint64("seed", rand.Uint64(), "what the order and the moments follow from")
	flag.Parse()

	found, err := run(ctx, *saves, *seed)
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(2)
	}
	if found > 0 {
		os.Exit(1)
	}
}

// Limits for what should take no time or a known time.
const (
	openLimit   = 10 * time.Minute // the first time, the race detector's standard library is compiled
	settleLimit = 2 * time.Minute  // the suite's own limit is a minute
	endLimit    = 5 * time.Second  // for a process whose run was cancelled
)

func run(ctx context.Context, saves int, seed uint64) (violations int, err error) {
	fmt.Printf("%d saves, -seed %d\n", saves, seed)
	c, err := rig.Course()
	if err != nil {
		return 0, err
	}
	root, err := workspace.Find(".")
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "leakproof-soak-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	clone, temp := filepath.Join(dir, "clone"), filepath.Join(dir, "tmp")
	if err := errors.Join(os.Mkdir(clone, 0o700), os.Mkdir(temp, 0o700)); err != nil {
		return 0, err
	}
	space, err := rig.Clone(root, clone, c)
	if err != nil {
		return 0, err
	}
	program, err := rig.Build(ctx, root, dir)
	if err != nil {
		return 0, err
	}

	mark := fmt.Sprintf("LEAKPROOF_SOAK=%d-%d", os.Getpid(), time.Now().UnixNano())
	state := filepath.Join(dir, "state")
	if err := rig.Welcomed(ctx, state); err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, program, "--state", state)
	cmd.Dir = clone
	cmd.Env = append(os.Environ(), mark, "TERM=xterm-256color", "COLORTERM=truecolor", "TMPDIR="+temp)
	screen, err := rig.Start(cmd, 100, 60)
	if err != nil {
		return 0, err
	}
	s := &soak{
		rand: rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // chance, not a secret
		mark: mark, temp: temp, state: state, screen: screen, space: space,
		versions: map[string]*saved{},
	}
	err = s.katas(ctx, c, saves)
	if err == nil {
		err = s.leave(ctx)
	}
	if err != nil { // the terminal is in the way of the message
		_ = screen.Press("\x03")
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), endLimit)
	defer cancel()
	if err = errors.Join(err, screen.End(ending)); err != nil {
		return 0, err
	}
	if err := s.after(); err != nil {
		return 0, err
	}
	s.table()
	return len(s.violations), nil
}

// katas plays with every kata in turn, in a random order.
func (s *soak) katas(ctx context.Context, c *course.Course, saves int) error {
	for i, at := range s.rand.Perm(len(c.Katas)) {
		k := c.Katas[at]
		share := saves*(i+1)/len(c.Katas) - saves*i/len(c.Katas)
		if err := s.open(ctx, k); err != nil {
			return err
		}
		for left := share; left > 0; {
			n := min(left, 1+s.rand.IntN(8))
			if err := s.burst(ctx, k, n); err != nil {
				return err
			}
			left -= n
		}
		if err := s.screen.Press("q"); err != nil {
			return err
		}
		fmt.Printf("%s: %d saves, %d violations so far\n", k.ID, share, len(s.violations))
	}
	return nil
}
