package lab

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/leakproof/internal/gorun"
)

// fake builds a lab that is this test's binary.
func fake(how string) builder {
	return func(context.Context, func(done, total int)) (program, error) {
		self, err := os.Executable()
		return program{machine: &gorun.Machine{Root: filepath.Dir(self), Offline: os.Environ()}, file: self, env: []string{fakeLab + "=" + how}}, err
	}
}

// begin starts a fake lab that ends with the test.
func begin(ctx context.Context, t *testing.T, how string, l limits) *Run {
	t.Helper()
	r := start(ctx, shards(), t.TempDir(), l, fake(how))
	t.Cleanup(r.Stop)
	return r
}

// processes reads updates until the fake lab has said which processes it has.
func processes(t *testing.T, r *Run) []int {
	t.Helper()
	for {
		u, ok := r.Next(t.Context())
		if !ok {
			t.Fatalf("the run has ended: %v", r.Err())
		}
		if u.Event != nil && strings.HasPrefix(u.Event.Text, "processes") {
			pids := make([]int, 2)
			if _, err := fmt.Sscanf(u.Event.Text, "processes %d %d", &pids[0], &pids[1]); err != nil {
				t.Fatal(err)
			}
			return pids
		}
	}
}

// drain reads what is left of a run.
func drain(t *testing.T, r *Run) error {
	t.Helper()
	for {
		if _, ok := r.Next(t.Context()); !ok {
			if t.Context().Err() != nil {
				t.Fatal("the run does not end")
			}
			return r.Err()
		}
	}
}

func TestARun(t *testing.T) {
	t.Parallel()
	r := begin(t.Context(), t, "well", usualLimits)
	pids := processes(t, r)
	var together sync.WaitGroup
	for range 5 {
		together.Go(func() {
			if g, err := r.Goroutines(t.Context()); err != nil || g.Total != 7 {
				t.Errorf("goroutines: %v, %v", g, err)
			}
		})
	}
	together.Go(func() {
		if err := r.Set(t.Context(), "budget", 100); err != nil {
			t.Error(err)
		}
	})
	rec := NewRecord(r.lab, nil)
	for rec.Value("budget") != 100 || rec.At() == 0 {
		u, ok := r.Next(t.Context())
		if !ok {
			t.Fatal(r.Err())
		}
		rec.Add(u)
	}
	together.Wait()
	if err := r.Set(t.Context(), "nothing", 1); err == nil || !strings.Contains(err.Error(), `has no setting "nothing"; if you changed it, `+"`git checkout lessons/13-x/shards`") {
		t.Errorf("an unknown setting: %v", err)
	}
	r.Stop()
	if err := drain(t, r); err != nil {
		t.Error(err)
	}
	gone(t, pids)
	if err := r.Set(t.Context(), "budget", 50); err == nil || err.Error() != "the lab has ended: start it again" {
		t.Errorf("a command after the end: %v", err)
	}
	if _, err := r.Goroutines(t.Context()); err == nil {
		t.Error("goroutines after the end")
	}
}

// Where programs may not be executed, the folder that is named is the one of the labs.
func TestALabThatMayNotBeExecuted(t *testing.T) {
	r := &Run{lab: shards()}
	p := program{machine: &gorun.Machine{}, file: "/cache/labs/shards.exe"}
	err := r.endedBy(p, gorun.Ending{Cause: &fs.PathError{Op: "fork/exec", Path: p.file, Err: syscall.EACCES}}, "")
	if want := "the folder of built labs /cache/labs forbids the execution of programs"; err == nil || !strings.HasPrefix(filepath.ToSlash(err.Error()), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestWhatALabDoesWrong: each ends the run with one sentence, and nothing is left.
func TestWhatALabDoesWrong(t *testing.T) {
	short := limits{quiet: 500 * time.Millisecond, end: 200 * time.Millisecond}
	const restore = "if you changed it, `git checkout lessons/13-x/shards` brings it back"
	tests := map[string]struct {
		limits limits
		stop   bool
		want   string
	}{
		"no hello":    {limits: short, want: "the lab has said nothing for 500ms, and was ended: start it again when this machine is less busy; " + restore},
		"no loopback": {limits: usualLimits, want: "there is no loopback: switch it on"},
		"junk":        {limits: usualLimits, want: `the lab printed "debugging[2J" on its standard output, where only its samples go: print to standard error, or `},
		"long":        {limits: usualLimits, want: "the lab printed a line of more than 4 MiB; " + restore},
		"dies":        {limits: usualLimits, want: "the lab ended by itself, with status 3 (panic: no shard): start it again; " + restore},
		"gives up":    {limits: limits{quiet: time.Minute, end: 200 * time.Millisecond}, want: "the lab ended after ten minutes without a key: start it again"},
		"quiet":       {limits: short, want: "the lab has said nothing for 500ms"},
		"stopped":     {limits: short, want: "the lab has said nothing for 500ms"},
		"deaf":        {limits: limits{quiet: time.Minute, end: 200 * time.Millisecond}, stop: true, want: "the lab did not end within 200ms when it was told to, and was killed; " + restore},
	}
	for how, test := range tests {
		t.Run(how, func(t *testing.T) {
			r := begin(t.Context(), t, how, test.limits)
			var pids []int
			if !strings.HasPrefix(how, "no ") {
				pids = processes(t, r)
			}
			if test.stop {
				r.Stop()
			}
			if err := drain(t, r); err == nil || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v\nwant %s", err, test.want)
			}
			gone(t, pids)
			if err := r.Set(t.Context(), "silent", 1); err == nil || err.Error() != r.Err().Error() {
				t.Errorf("a command after that: %v", err)
			}
		})
	}
}

func TestARunEndsWithItsContext(t *testing.T) {
	for _, how := range []string{"well", "deaf", "stopped", "quiet"} {
		t.Run(how, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			r := begin(ctx, t, how, usualLimits)
			pids := processes(t, r)
			cancel()
			if err := drain(t, r); err != nil {
				t.Error(err)
			}
			gone(t, pids)
		})
	}
}

// TestNobodyReads: a run whose updates nobody takes can be ended.
func TestNobodyReads(t *testing.T) {
	t.Parallel()
	r := begin(t.Context(), t, "well", usualLimits)
	pids := processes(t, r)
	for len(r.updates) < unread {
		time.Sleep(time.Millisecond)
	}
	r.Stop()
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	gone(t, pids)
}

func TestTwoLabsAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t.Context(), shards(), dir, usualLimits, fake("well"))
	defer first.Stop()
	processes(t, first)
	second := start(t.Context(), shards(), dir, usualLimits, fake("well"))
	want := fmt.Sprintf("another lab runs (shards, process %d): end it first", os.Getpid())
	if err := drain(t, second); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	second.Stop()
	first.Stop()
	third := start(t.Context(), shards(), dir, usualLimits, fake("well"))
	processes(t, third)
	third.Stop()
	if err := third.Err(); err != nil {
		t.Error(err)
	}
}

func TestAFolderThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t.Context(), shards(), filepath.Join(file, "labs"), usualLimits, fake("well"))
	defer r.Stop()
	if err := drain(t, r); err == nil || !strings.HasPrefix(err.Error(), "the folder of built labs cannot be used (") {
		t.Errorf("%v", err)
	}
}

// TestBuilding builds labs by the go command.
func TestBuilding(t *testing.T) {
	const ends = "package main\n\nfunc main() {\n\tprintln(\"bye\")\n}\n"
	root, dir := t.TempDir(), t.TempDir()
	folder := filepath.Join(root, "lessons", "13-x", "shards")
	write := func(name, content string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(root, "go.mod"), "module example.com/leakproof\n\ngo 1.26.0\n")
	write(filepath.Join(folder, "main.go"), ends)
	runner := &gorun.Runner{Root: root}

	said, building := "", 0
	r := Start(t.Context(), runner, shards(), dir)
	defer r.Stop()
	for u, ok := r.Next(t.Context()); ok; u, ok = r.Next(t.Context()) {
		if u.Building != nil {
			building = max(building, u.Building.Total)
		}
	}
	if err := r.Err(); err != nil {
		said = err.Error()
	}
	if want := "the lab ended by itself, with status 0 (bye): start it again; "; !strings.HasPrefix(said, want) || building == 0 {
		t.Errorf("%s, of %d packages; want %s", said, building, want)
	}

	write(filepath.Join(folder, "main.go"), "package main\n\nfunc main() {\n\tundefined()\n}\n")
	r = Start(t.Context(), runner, shards(), dir)
	defer r.Stop()
	want := "lessons/13-x/shards does not build; restore it, for example with `git checkout lessons/13-x/shards` (lessons/13-x/shards/main.go:4:2: undefined: undefined)"
	if err := drain(t, r); err == nil || filepath.ToSlash(err.Error()) != want {
		t.Errorf("%v\nwant %s", err, want)
	}

	write(filepath.Join(folder, "main.go"), ends)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r = Start(ctx, runner, shards(), dir)
	defer r.Stop()
	if err := drain(t, r); err != nil {
		t.Errorf("cancelled: %v", err)
	}
}
