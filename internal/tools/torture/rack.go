//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tools/rig"
)

// kataName is the kata that every case is about: a small one, with a quick
// suite.
const kataName = "worker-pool"

// limit is how long a case may take: a suite has 60 seconds, and a build before
// it may take some.
const limit = 100 * time.Second

// rack is where cases are tried.
type rack struct {
	root    string // the module
	dir     string // temporary
	program string
	course  *course.Course
	kata    *course.Kata
}

func newRack(ctx context.Context, root string) (*rack, error) {
	c, err := rig.Course()
	if err != nil {
		return nil, err
	}
	k, err := c.FindKata(kataName)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "leakproof-torture-")
	if err != nil {
		return nil, err
	}
	program, err := rig.Build(ctx, root, dir)
	return &rack{root: root, dir: dir, program: program, course: c, kata: k}, err
}

func (r *rack) close() error { return os.RemoveAll(r.dir) }

// outcome is what became of a case.
type outcome struct {
	Status  string
	Summary string
	Notes   []string
	exit    int
}

// exits are the exit codes that go with a status.
var exits = map[string]int{"pass": 0, "fail": 1, "compile-error": 1, "unavailable": 3, "timeout": 4, "untrusted": 5}

// try arranges a case, grades it and says what is wrong with what became of it.
func (r *rack) try(ctx context.Context, h hostile) (out outcome, err error) {
	dir, err := os.MkdirTemp(r.dir, "case-")
	if err != nil {
		return out, err
	}
	clone, state, temp := filepath.Join(dir, "clone"), filepath.Join(dir, "state"), filepath.Join(dir, "temp")
	for _, d := range []string{clone, temp} {
		if err := os.Mkdir(d, 0o700); err != nil {
			return out, err
		}
	}
	space, err := rig.Clone(r.root, clone, r.course)
	if err != nil {
		return out, err
	}
	s := &scene{space: space, kata: r.kata, temp: temp}
	defer func() { err = errors.Join(err, s.leave(), os.RemoveAll(dir)) }()
	if err := s.arrange(h); err != nil {
		return out, err
	}
	mark := "LEAKPROOF_TORTURE=" + filepath.Base(dir)
	out, err = r.check(ctx, s, mark, state)
	if err != nil {
		return out, err
	}
	return out, r.judge(h, out, mark, state)
}

// check runs the program on the kata.
func (r *rack) check(ctx context.Context, s *scene, mark, state string) (outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, r.program, "check", kataName, "--json", "--dir", s.space.Root, "--state", state)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Dir = s.space.Root
	cmd.Env = slices.DeleteFunc(append(os.Environ(), "TMPDIR="+s.temp, mark), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(s.hidden, name)
	})
	// A program under the race detector else waits a second before it exits.
	cmd.Env = append(append(cmd.Env, "GORACE=atexit_sleep_ms=0"), s.env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	out := outcome{exit: cmd.ProcessState.ExitCode()}
	if ctx.Err() != nil {
		return out, fmt.Errorf("it had not ended after %v: %w", limit, err)
	}
	var report struct{ Katas []outcome }
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil || len(report.Katas) != 1 {
		// What is wrong around the kata is told in words.
		out.Status, out.Summary = "unavailable", strings.TrimSpace(stderr.String())
		return out, nil
	}
	exit := out.exit
	out = report.Katas[0]
	out.exit = exit
	return out, nil
}

// judge says what is wrong with what became of a case.
func (r *rack) judge(h hostile, out outcome, mark, state string) error {
	if !slices.Contains(h.Status, out.Status) {
		return fmt.Errorf("%s, want %s", out.Status, strings.Join(h.Status, " or "))
	}
	if out.exit != exits[out.Status] {
		return fmt.Errorf("it exits with %d, want %d for %s", out.exit, exits[out.Status], out.Status)
	}
	said := out.Summary + "\n" + strings.Join(out.Notes, "\n")
	if !strings.Contains(strings.ToLower(said), strings.ToLower(h.Says)) {
		return fmt.Errorf("it does not say %q", h.Says)
	}
	if pids := rig.Marked(mark); len(pids) > 0 {
		return fmt.Errorf("processes %v are left", pids)
	}
	log, err := os.ReadFile(filepath.Join(state, "progress.jsonl"))
	if err == nil && out.Status == "unavailable" && bytes.Contains(log, []byte(`"verdict"`)) {
		return errors.New("it is recorded as an attempt of the learner")
	}
	return nil
}
