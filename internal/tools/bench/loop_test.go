//go:build linux

package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tools/rig"
	"example.com/leakproof/internal/workspace"
)

// quickRace spares a race binary that ends well the second that it waits for
// late races. The grader sets it, so whoever is compared with it gets it too.
const quickRace = "GORACE=atexit_sleep_ms=0"

// loop is the workbook with a kata open, in a clone to throw away.
type loop struct {
	b      *testing.B
	course *course.Course
	kata   *course.Kata
	space  workspace.Workspace
	state  string
	screen *rig.Screen
}

// newClone is a clone to throw away.
func newClone(b *testing.B, c *course.Course) workspace.Workspace {
	b.Helper()
	space, err := rig.Clone(filepath.Join("..", "..", ".."), b.TempDir(), c)
	must(b, err)
	return space
}

func newLoop(b *testing.B) *loop {
	b.Helper()
	c, err := rig.Course()
	must(b, err)
	l := &loop{b: b, course: c, kata: c.Katas[len(c.Katas)/2], state: b.TempDir()}
	must(b, rig.Welcomed(b.Context(), l.state))
	l.space = newClone(b, c)
	return l
}

// open starts the workbook and waits for the kata's first verdict.
func (l *loop) open(env ...string) {
	l.b.Helper()
	cmd := exec.Command(build(l.b, "."), "--state", l.state)
	cmd.Dir = l.space.Root
	cmd.Env = append(append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor"), env...)
	var err error
	l.screen, err = rig.Start(cmd, 100, 40)
	must(l.b, err)
	l.b.Cleanup(func() {
		// The workbook ends its run and then itself.
		must(l.b, l.screen.Press("\x03"))
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		must(l.b, l.screen.End(ctx))
	})
	must(l.b, rig.OpenKata(l.b.Context(), l.screen, l.kata))
	l.wait("fail")
	must(l.b, l.screen.Press("2")) // the results
	_, err = l.screen.Wait(l.b.Context(), rig.Shows("[2 Results]"))
	must(l.b, err)
}

// wait waits for a verdict and returns when its frame came.
func (l *loop) wait(status string) time.Time {
	l.b.Helper()
	ctx, cancel := context.WithTimeout(l.b.Context(), 10*time.Minute)
	defer cancel()
	at, err := l.screen.Wait(ctx, func(text string) bool {
		return rig.Status(text) == status && !strings.Contains(text, "Running the suite")
	})
	must(l.b, err)
	return at
}

// verdicts are what the versions below get. Saved in turn, each verdict differs
// from the one that stands on the screen.
var verdicts = map[string]string{"solution": "pass", "start": "fail"}

// fresh is a version of the kata that was never compiled. Its code is new, as
// after most saves: after a new comment alone the go command finds the compiled
// tests in its cache.
func (l *loop) fresh(variant string) []byte {
	return fmt.Appendf(nil, "%s\nvar Saved = \"%d\"\n", l.kata.Variant(variant).Files[l.kata.File], time.Now().UnixNano())
}

// save saves a version and returns when it was on disk.
func (l *loop) save(source []byte) time.Time {
	l.b.Helper()
	must(l.b, os.WriteFile(l.space.Path(l.kata), source, 0o600))
	return time.Now()
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func report(b *testing.B, name string, d []time.Duration) {
	b.Helper()
	b.ReportMetric(float64(median(d).Microseconds())/1e3, name)
}

func ratio(b *testing.B, name string, ours, theirs []time.Duration) {
	b.Helper()
	b.ReportMetric(float64(median(ours))/float64(median(theirs)), name)
}

// ownSession gives a command a session of its own, as a terminal gives the
// workbook: kernels that share the processor among sessions treat them alike.
func ownSession(cmd *exec.Cmd) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd
}

// watchFolder reports the changes in a folder.
func watchFolder(b *testing.B, dir string) <-chan fsnotify.Event {
	b.Helper()
	w, err := fsnotify.NewWatcher()
	must(b, err)
	b.Cleanup(func() { must(b, w.Close()) })
	must(b, w.Add(dir))
	return w.Events
}

// changed waits for a change of a file whose name begins so.
func changed(b *testing.B, events <-chan fsnotify.Event, op fsnotify.Op, name string) time.Time {
	b.Helper()
	late := time.After(time.Minute)
	for {
		select {
		case e := <-events:
			if e.Has(op) && strings.HasPrefix(filepath.Base(e.Name), name) {
				return time.Now()
			}
		case <-late:
			b.Fatalf("no change of %s within a minute", name)
		}
	}
}

// BenchmarkSaveToStart measures from a save to the start of the go command
// (goal: at most 60 ms, of which the wait for the end of the save takes 20) and
// to the start of the test process, which includes the build. Both leave a
// file: the go command's is made by a shell in its place that becomes it, the
// other by a variable of the kata's package.
func BenchmarkSaveToStart(b *testing.B) {
	l := newLoop(b)
	marks, bin := b.TempDir(), b.TempDir()
	real, err := exec.LookPath("go")
	must(b, err)
	script := fmt.Sprintf("#!/bin/sh\ncase $1 in test) : >'%s'/go.$$ ;; esac\nexec '%s' \"$@\"\n", marks, real)
	must(b, os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o700)) //nolint:gosec // it is run
	name, _, _ := strings.Cut(string(l.kata.Start()[strings.Index("\n"+string(l.kata.Start()), "\npackage "):]), "\n")
	touch := fmt.Sprintf("%s\n\nimport \"os\"\n\nvar _ = os.WriteFile(%q, nil, 0o600)\n", name, filepath.Join(marks, "test"))
	must(b, os.WriteFile(filepath.Join(l.space.Dir(l.kata), "mark.go"), []byte(touch), 0o600))
	l.open("PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"))
	must(b, os.Remove(filepath.Join(marks, "test")))
	events := watchFolder(b, marks)

	var toGo, toTest []time.Duration
	for b.Loop() {
		for _, variant := range []string{"solution", "start"} {
			source := l.fresh(variant)
			began := l.save(source)
			toGo = append(toGo, changed(b, events, fsnotify.Create, "go.").Sub(began))
			toTest = append(toTest, changed(b, events, fsnotify.Create, "test").Sub(began))
			l.wait(verdicts[variant])
			must(b, os.Remove(filepath.Join(marks, "test")))
		}
	}
	b.ReportMetric(0, "ns/op")
	report(b, "ms-to-go", toGo)
	report(b, "ms-to-test", toTest)
}

// bareTest runs the go test command on some of a clone's katas.
func bareTest(b *testing.B, space workspace.Workspace, env []string, katas ...*course.Kata) (output []byte) {
	b.Helper()
	args := []string{"test", "-race", "-count=1"}
	for _, k := range katas {
		args = append(args, "./"+k.Dir())
	}
	cmd := exec.CommandContext(b.Context(), "go", args...)
	cmd.Dir = space.Root
	cmd.Env = append(os.Environ(), env...)
	output, _ = ownSession(cmd).CombinedOutput() // it fails where a kata is not solved
	return output
}

// BenchmarkSaveToVerdict compares the time from a save to its verdict on the
// screen with that of `go test -race -count=1` on the same change, for a version
// that passes and for one that fails. Goal: at most 1.0 times the go command as
// it is (ratio-plain for a version that passes: it takes a second more than it
// must). The other ratios are with the grader's GORACE for both.
func BenchmarkSaveToVerdict(b *testing.B) {
	l := newLoop(b)
	l.open()
	bare := newClone(b, l.course)
	bareTest(b, bare, nil, l.kata)
	ours, theirs := map[string][]time.Duration{}, map[string][]time.Duration{}
	var plain []time.Duration
	test := func(variant string, env ...string) time.Duration {
		must(b, os.WriteFile(bare.Path(l.kata), l.fresh(variant), 0o600))
		began := time.Now()
		out := bareTest(b, bare, env, l.kata)
		took := time.Since(began)
		if passed := strings.HasPrefix(string(out), "ok"); passed != (verdicts[variant] == "pass") {
			b.Fatalf("go test says of %s:\n%s", variant, out)
		}
		return took
	}
	for b.Loop() {
		for _, variant := range []string{"solution", "start"} {
			began := l.save(l.fresh(variant))
			ours[variant] = append(ours[variant], l.wait(verdicts[variant]).Sub(began))
			theirs[variant] = append(theirs[variant], test(variant, quickRace))
		}
		plain = append(plain, test("solution"))
	}
	b.ReportMetric(0, "ns/op")
	for variant, verdict := range verdicts {
		report(b, "ms-"+verdict, ours[variant])
		report(b, "ms-other-"+verdict, theirs[variant])
		ratio(b, "ratio-"+verdict, ours[variant], theirs[variant])
	}
	ratio(b, "ratio-plain", ours["solution"], plain)
}

// BenchmarkVerdictToFrame measures from the record of a verdict, which is made
// before it is shown, to the bytes of its frame. The record's way to the disk
// is part of it. Goal: at most 20 ms, a frame and what it takes to draw one.
func BenchmarkVerdictToFrame(b *testing.B) {
	l := newLoop(b)
	l.open()
	events := watchFolder(b, l.state)
	var all []time.Duration
	for b.Loop() {
		for _, variant := range []string{"solution", "start"} {
			l.save(l.fresh(variant))
			recorded := changed(b, events, fsnotify.Write, "progress.jsonl")
			all = append(all, l.wait(verdicts[variant]).Sub(recorded))
		}
	}
	b.ReportMetric(0, "ns/op")
	report(b, "ms", all)
}

// BenchmarkIdle leaves a kata open for 20 seconds, and beside it a trivial
// program on a terminal of its own: both have the clock of the frames, which a
// busy machine makes dearer. Goals: nothing is written to the terminal, and the
// processor is used as much as by the trivial program.
func BenchmarkIdle(b *testing.B) {
	l := newLoop(b)
	l.open()
	trivial := start(b, true, build(b, "./internal/tools/bench/trivial"))
	defer trivial.stop()
	trivial.until("Leakproof")
	const span = 20 * time.Second
	time.Sleep(2 * time.Second) // what the verdict left to do
	var written int64
	var used, beside, spent time.Duration
	cpu := func(pid int) time.Duration {
		usage, err := rig.UsageOf(pid)
		must(b, err)
		return usage.CPU
	}
	for b.Loop() {
		bytes, ours, theirs := l.screen.Written(), cpu(l.screen.Pid), cpu(trivial.cmd.Process.Pid)
		time.Sleep(span)
		written += l.screen.Written() - bytes
		used += cpu(l.screen.Pid) - ours
		beside += cpu(trivial.cmd.Process.Pid) - theirs
		spent += span
	}
	b.ReportMetric(float64(used)/float64(beside), "ratio")
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(written), "bytes")
	b.ReportMetric(100*float64(used)/float64(spent), "%cpu")
}

// BenchmarkCheckAll compares `leakproof check`, with every kata solved, with
// one `go test -race -count=1` over the same packages, on all processors. Goal:
// at most 1.2, with the grader's GORACE for both.
func BenchmarkCheckAll(b *testing.B) {
	c, err := rig.Course()
	must(b, err)
	ours, theirs := newClone(b, c), newClone(b, c)
	for _, k := range c.Katas {
		for _, space := range []workspace.Workspace{ours, theirs} {
			must(b, os.WriteFile(space.Path(k), k.Variant("solution").Files[k.File], 0o600))
		}
	}
	program, state := build(b, "."), b.TempDir()
	check := func() time.Duration {
		cmd := exec.CommandContext(b.Context(), program, "check", "--state", state)
		cmd.Dir = ours.Root
		began := time.Now()
		if out, err := ownSession(cmd).CombinedOutput(); err != nil {
			b.Fatalf("check: %v\n%s", err, out)
		}
		return time.Since(began)
	}
	bare := func() time.Duration {
		began := time.Now()
		out := bareTest(b, theirs, []string{quickRace}, c.Katas...)
		took := time.Since(began)
		if n := strings.Count(string(out), "ok  "); n != len(c.Katas) {
			b.Fatalf("go test passes %d katas of %d:\n%s", n, len(c.Katas), out)
		}
		return took
	}
	check() // fills the build cache
	bare()
	sideBySide(b, check, bare)
}
