// Stress runs the suites of the katas again and again while the processors are
// busy, and reports every verdict that flips.
//
// Each variant in solutions/ is built once against the pristine suite, under
// the race detector, and then run many times, shuffled, at GOMAXPROCS 1, 2 and
// 8 in turn. A right variant must pass each time, a wrong one must be refused
// each time, by the tests that its corpus names: a run of it is those tests. The
// load is more of the same: several runs for each processor at once.
//
//	go run ./internal/tools/stress                       # 200 runs of every variant
//	go run ./internal/tools/stress -runs 20 9 23         # fewer, of two katas
//	go run ./internal/tools/stress -load 12 leaky-fanout # more load
//	go run ./internal/tools/stress -only behind 3 23     # the variants whose names match
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/workspace"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	flips, err := run(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "stress:", err)
		os.Exit(2)
	}
	if flips > 0 {
		os.Exit(1)
	}
}

func run(ctx context.Context) (flips int, err error) {
	runs := flag.Int("runs", 200, "runs of each variant")
	load := flag.Int("load", 3*runtime.NumCPU(), "runs at the same time, more than there are processors")
	only := flag.String("only", "", "`regexp` of the names of the variants; all, if it is empty")
	flag.Parse()

	wanted, err := regexp.Compile(*only)
	if err != nil {
		return 0, fmt.Errorf("-only: %w", err)
	}
	c, err := course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
	if err != nil {
		return 0, err
	}
	katas := c.Katas
	if flag.NArg() > 0 {
		katas = nil
		for _, arg := range flag.Args() {
			k, err := c.FindKata(arg)
			if err != nil {
				return 0, err
			}
			katas = append(katas, k)
		}
	}
	root, err := workspace.Find(".")
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "leakproof-stress-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	variants := 0
	for _, k := range katas {
		variants += len(k.Variants)
	}
	fmt.Printf("%d variants, %d runs each, %d at a time on %d processors\n", variants, *runs, *load, runtime.NumCPU())
	for _, k := range katas {
		for _, b := range binaries(k) {
			if !wanted.MatchString(b.name) {
				continue
			}
			began := time.Now()
			if err := b.build(ctx, root, dir, k); err != nil {
				return flips, err
			}
			n, err := b.repeat(ctx, *runs, *load)
			if err = errors.Join(err, os.Remove(b.path)); err != nil {
				return flips, err
			}
			verdict := "ok"
			if n > 0 {
				verdict = fmt.Sprintf("%d of %d runs FLIPPED", n, *runs)
			}
			flips += n
			fmt.Printf("%-60s %s (%.1f s)\n", b.name, verdict, time.Since(began).Seconds())
		}
	}
	return flips, nil
}

// binary is the test binary of one variant.
type binary struct {
	name      string
	files     map[string][]byte // in place of what is on disk, by slash path
	path      string
	right     bool
	refusedBy []string // the tests that must fail
}

// binaries are those of a kata's variants. Where the variants are tests, they are
// those that are right, with each implementation.
func binaries(k *course.Kata) []*binary {
	var all []*binary
	add := func(name string, right bool, refusedBy []string, overlays ...map[string][]byte) {
		b := &binary{name: name, files: maps.Clone(k.Suite), right: right, refusedBy: refusedBy}
		for _, files := range overlays {
			for file, data := range files {
				b.files[k.Dir()+"/"+file] = data
			}
		}
		all = append(all, b)
	}
	for _, v := range k.Variants {
		switch {
		case !k.AsksForATest():
			add(k.ID+"/"+v.ID, v.Right(), v.RefusedBy, v.Files)
		case v.Right():
			for _, one := range k.Implementations {
				add(k.ID+"/"+v.ID+"/"+one.ID, one.Right(), nil, v.Files, one.Files)
			}
		}
	}
	return all
}

// build compiles the binary in the kata's place, with the pristine suite.
func (b *binary) build(ctx context.Context, root, dir string, k *course.Kata) error {
	b.path = filepath.Join(dir, strings.ReplaceAll(b.name, "/", "-")+".test")
	replace := map[string]string{}
	for name, data := range b.files {
		place := filepath.Join(dir, strings.NewReplacer("/", "_").Replace(b.name+"/"+name))
		if err := os.WriteFile(place, data, 0o600); err != nil {
			return err
		}
		replace[filepath.Join(root, filepath.FromSlash(name))] = place
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-race", "-overlay", overlay, "-o", b.path, "./"+k.Dir())
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s does not build: %w\n%s", b.name, err, out)
	}
	return nil
}

// repeat runs the binary, several at a time, and counts the runs with the
// wrong verdict. It prints the first of them.
func (b *binary) repeat(ctx context.Context, runs, atOnce int) (int, error) {
	procs := []string{"1", "2", "8"}
	var flips atomic.Int32
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range runs {
		group.Go(func() error {
			out, flipped, err := b.once(ctx, procs[i%len(procs)])
			if flipped && flips.Add(1) == 1 {
				fmt.Printf("%s flipped:\n%s\n", b.name, out)
			}
			return err
		})
	}
	err := group.Wait()
	return int(flips.Load()), err
}

func (b *binary) once(ctx context.Context, procs string) (out []byte, flipped bool, err error) {
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	tests := "."
	if len(b.refusedBy) > 0 {
		tests = "^(" + strings.Join(b.refusedBy, "|") + ")$"
	}
	cmd := exec.CommandContext(ctx, b.path, "-test.run="+tests, "-test.shuffle=on", "-test.timeout=120s", "-test.cpu="+procs)
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	out, err = cmd.CombinedOutput()
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, false, err
	}
	// A time limit is no verdict of the suite's.
	flipped = (err == nil) != b.right || bytes.Contains(out, []byte("panic: test timed out"))
	if bytes.Contains(out, []byte("fatal error: concurrent map")) {
		return out, flipped, nil // Go ends the process, and names no test
	}
	for _, test := range b.refusedBy {
		flipped = flipped || !bytes.Contains(out, []byte("--- FAIL: "+test+" "))
	}
	return out, flipped, nil
}
