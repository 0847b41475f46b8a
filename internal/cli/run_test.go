package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/grade"
)

// console is a run of the command line inside the test.
type console struct {
	Parts
	out, err bytes.Buffer
}

func newConsole(t *testing.T, in io.Reader) *console {
	t.Helper()
	dir := t.TempDir()
	if err := layOut(dir); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	c := &console{Parts: fakeParts(os.Getenv)}
	c.Stdin, c.Stdout, c.Stderr = in, &c.out, &c.err
	state := t.TempDir()
	c.Getenv = func(name string) string {
		switch name {
		case "LEAKPROOF_STATE":
			return state
		case "LEAKPROOF_SETTINGS":
			return filepath.Join(state, "settings.toml")
		}
		return ""
	}
	return c
}

func TestAnInterruptEndsARunBeforeWeExit(t *testing.T) {
	for _, test := range []struct {
		args []string
		code int
	}{
		{[]string{"check", "1"}, exitInterrupted},
		{[]string{"check", "1", "--json"}, exitInterrupted},
		{[]string{"check", "1", "--junit", "katas.xml"}, exitInterrupted},
		{[]string{"watch", "1"}, exitOK},
		{[]string{"watch", "--all"}, exitOK},
	} {
		in, typed := io.Pipe()
		c := newConsole(t, in)
		if err := os.WriteFile("katas.xml", []byte("of an earlier run"), 0o644); err != nil {
			t.Fatal(err)
		}
		running, ended := make(chan struct{}), false
		c.Grader = func(string) Grader {
			return graderFunc(func(ctx context.Context) (grade.Verdict, error) {
				close(running)
				<-ctx.Done()
				ended = true
				return grade.Verdict{}, ctx.Err()
			})
		}
		ctx, interrupt := context.WithCancel(t.Context())
		code := make(chan int)
		go func() { code <- Run(ctx, c.Parts, test.args) }()
		<-running
		interrupt()
		if got := <-code; got != test.code {
			t.Errorf("%q interrupted: exit code %d, want %d", test.args, got, test.code)
		}
		if !ended {
			t.Errorf("%q left its run running", test.args)
		}
		if strings.Contains(c.out.String(), "schema") {
			t.Errorf("%q wrote a verdict: %s", test.args, c.out.String())
		}
		if _, err := os.Stat("katas.xml"); slices.Contains(test.args, "--junit") && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q left verdicts of an earlier run: %v", test.args, err)
		}
		_ = typed.Close()
	}
}

func TestWatchAllEndsWhenAllAreSolved(t *testing.T) {
	in, typed := io.Pipe()
	c := newConsole(t, in)
	c.Grader = func(string) Grader {
		return graderFunc(func(context.Context) (grade.Verdict, error) { return grade.Verdict{Status: explain.Pass}, nil })
	}
	if code := Run(t.Context(), c.Parts, []string{"watch", "--all", "2"}); code != exitOK {
		t.Errorf("exit code %d: %s", code, c.err.String())
	}
	var watched []string
	for line := range strings.Lines(c.out.String()) {
		if kata, ok := strings.CutPrefix(line, "Watching kata "); ok {
			watched = append(watched, kata[:1])
		}
	}
	if got := strings.Join(watched, " "); got != "2 3 1" || !strings.HasSuffix(c.out.String(), "\nEvery kata is solved.\n") {
		t.Errorf("watched katas %s, want 2 3 1 and the end:\n%s", got, c.out.String())
	}
	_ = typed.Close()
}

type graderFunc func(context.Context) (grade.Verdict, error)

func (g graderFunc) Grade(ctx context.Context, _ grade.Suite) (grade.Verdict, error) { return g(ctx) }
func (g graderFunc) Environment(context.Context) gorun.Environment                   { return gorun.Environment{} }
func (g graderFunc) Try(ctx context.Context, _ []grade.Suite) (grade.Verdict, error) {
	return g(ctx)
}
func (g graderFunc) Warm(context.Context, string, func(done, total int)) error { return nil }

func (g graderFunc) GradeAll(ctx context.Context, suites []grade.Suite, tell func(i int, v grade.Verdict)) error {
	return lastFirst(ctx, g.Grade, suites, tell)
}

func (g graderFunc) RunProgram(context.Context, string) (gorun.Program, error) {
	return gorun.Program{}, nil
}

// The signals are those of a terminal that interrupts, of a system that shuts
// down and of a terminal that goes away.
func TestSignalsEndWatchingAsIfItWereDone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("one process cannot send another a signal")
	}
	// Under nohup the process would inherit an ignored signal; a handled one is
	// not inherited.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(caught) })
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			cmd, out := process(t, "fail", "watch", "1")
			waitFor(t, out, "Each save is checked. Ctrl+C stops.")
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("watch after %v: %v, want exit code 0", sig, err)
			}
		})
	}
}

func TestASignalInterruptsCheck(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("one process cannot send another a signal")
	}
	cmd, out := process(t, "hang", "check", "1")
	waitFor(t, out, "Checking")
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Errorf("check after an interrupt: %v, want exit code %d", err, exitInterrupted)
	}
}

// A window that is closed hangs up twice: the kernel does it, and the shell.
func TestATerminalThatGoesAwayTwice(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("one process cannot send another a signal")
	}
	caught := make(chan os.Signal, 1) // as above
	signal.Notify(caught, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(caught) })
	cmd, out := process(t, "hung up again", "check", "1")
	waitFor(t, out, "Checking")
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Errorf("check in a window that is closed: %v, want exit code %d", err, exitInterrupted)
	}
}

// process starts this test binary as leakproof on a kata that gets the verdict.
// Its input is the null device.
func process(t *testing.T, verdict string, args ...string) (*exec.Cmd, io.Reader) {
	t.Helper()
	dir := t.TempDir()
	if err := layOut(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "katas", "01-worker", "notes.go"), []byte("// verdict: "+verdict+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Args = append([]string{"leakproof"}, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, w, w
	cmd.Env = append(os.Environ(), "LEAKPROOF_STATE="+t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), r.Close() })
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return cmd, r
}

func waitFor(t *testing.T, out io.Reader, text string) {
	t.Helper()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return
		}
	}
	t.Fatalf("the output ended without %q", text)
}

func TestAccessibleMeansLines(t *testing.T) {
	for value, want := range map[string]bool{"": false, "0": false, "false": false, "1": true, "true": true, "yes": true} {
		if got := accessible(func(string) string { return value }); got != want {
			t.Errorf("ACCESSIBLE=%q: lines %t, want %t", value, got, want)
		}
	}
}

func TestOnlyTheNullDeviceIsNothing(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _, _ = null.Close(), r.Close(), w.Close() }()
	if !isNothing(null) || isNothing(r) || isNothing(strings.NewReader("")) {
		t.Errorf("isNothing: null device %t, pipe %t, reader %t", isNothing(null), isNothing(r), isNothing(strings.NewReader("")))
	}
}

func TestTryingToWriteLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	for _, below := range []string{"", "not/there/yet"} {
		if err := tryWriting(filepath.Join(dir, below)); err != nil {
			t.Errorf("tryWriting: %v", err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, below := range []string{"", "state"} {
		if err := tryWriting(filepath.Join(file, below)); err == nil {
			t.Errorf("a file is taken for a folder (%q)", below)
		}
	}
}

func TestEveryStatusHasItsExitCode(t *testing.T) {
	for status, want := range map[explain.Status]int{
		explain.Pass: 0, explain.Fail: 1, explain.CompileError: 1, explain.Unavailable: 3, explain.Timeout: 4, explain.Untrusted: 5, "": 3,
	} {
		if got := exitOf(status); got != want {
			t.Errorf("exit code of %q: %d, want %d", status, got, want)
		}
	}
}

func TestAFailureToWriteJSONIsToldOnce(t *testing.T) {
	c := newConsole(t, strings.NewReader(""))
	c.Stdout = brokenWriter{}
	if code := Run(t.Context(), c.Parts, []string{"list", "--json"}); code != exitUnfit {
		t.Errorf("exit code %d", code)
	}
	if got := c.err.String(); got != "leakproof: the JSON cannot be written: the pipe is broken\n" {
		t.Errorf("stderr: %q", got)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("the pipe is broken") }
