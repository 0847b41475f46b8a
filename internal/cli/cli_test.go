package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/team/relay"
	"example.com/leakproof/internal/team/relay/relaytest"
	"example.com/leakproof/internal/tui"
	"example.com/leakproof/internal/watch"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
)

var update = flag.Bool("update", false, "write what the scripts compare with anew")

// TestMain makes this test binary the program "leakproof" of the scripts, with
// a small course and a grader that reads its verdict from the learner's file.
func TestMain(m *testing.M) {
	testscript.Main(leakFree{m}, map[string]func(){
		"leakproof":  func() { os.Exit(Main(fakeParts(os.Getenv), os.Args[1:])) },
		"onterminal": func() { os.Exit(onTerminal(os.Args[1], os.Args[2], os.Args[3:]...)) },
	})
}

// onTerminal runs a command on a terminal of its own, types what is in a file,
// and prints what the terminal shows, to the last byte: ttyin and ttyout of the
// scripts may close it before they have read all. It returns the exit code.
func onTerminal(keys, name string, args ...string) int {
	typed, err := os.ReadFile(keys)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	cmd := exec.Command(name, args...)
	terminal, err := pty.Start(cmd)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	const endOfInput = 4
	go func() { _, _ = terminal.Write(append(typed, endOfInput)) }() // a command may not read it
	_, _ = io.Copy(os.Stdout, terminal)                              // it fails when the last process has left the terminal
	_ = cmd.Wait()                                                   // the code says it
	return cmd.ProcessState.ExitCode()
}

type leakFree struct{ tests testscript.TestingM }

// relayVariable names the relay that the tests have built.
const relayVariable = "LEAKPROOF_TEST_RELAY"

func (l leakFree) Run() int {
	dir, err := os.MkdirTemp("", "leakproof-relay-")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		var p relay.Process
		if p, err = relaytest.Build(dir); err == nil {
			err = os.Setenv(relayVariable, p.File)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the relay for the tests:", err)
		return 1
	}
	code := l.tests.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func TestScripts(t *testing.T) {
	scripts, err := filepath.Abs(filepath.Join("testdata", "script")) // "answers" changes the folder
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 scripts,
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			for _, name := range []string{"TERM", "ACCESSIBLE", "NO_COLOR", "VISUAL", "EDITOR"} {
				env.Setenv(name, "")
			}
			env.Setenv("TERM", "xterm")
			// Otherwise each command under the race detector waits a second before it exits.
			env.Setenv("GORACE", "atexit_sleep_ms=0")
			env.Setenv("LEAKPROOF_STATE", filepath.Join(env.WorkDir, "state"))
			env.Setenv("LEAKPROOF_SETTINGS", filepath.Join(env.WorkDir, "settings.toml"))
			env.Setenv(relayVariable, os.Getenv(relayVariable))
			serveBoard(env)
			return layOut(env.WorkDir)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "answers": answers, "schema": schema, "board": board},
	})
}

// layOut puts a clone with the start of each kata into a folder.
func layOut(root string) error {
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module example.com/leakproof\n\ngo 1.26\n"), 0o644); err != nil {
		return err
	}
	for _, k := range fakeCourse().Katas {
		file := filepath.Join(root, filepath.FromSlash(k.Path()))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, k.Start(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// exits runs a command that has to end with an exit code: "exits 2 leakproof
// read". Its output is there for stdout, stderr and schema.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	endsAs(ts, code, want, ts.ReadFile("stderr"))
}

// endsAs requires an exit code, and that a failure is told in words.
func endsAs(ts *testscript.TestScript, code, want int, stderr string) {
	if code != want {
		ts.Fatalf("exit code %d, want %d: %s", code, want, stderr)
	}
	for _, bad := range []string{"panic", "goroutine ", "Usage:\n", "Error:"} {
		if code != 0 && strings.Contains(stderr, bad) {
			ts.Fatalf("stderr holds %q", bad)
		}
	}
}

// folder is this process's: one command at a time may change it.
var folder sync.Mutex

// answers is exits for a command of leakproof that needs no process of its own,
// as it neither reads, nor asks a terminal, nor starts the program once more:
// "answers 2 read". Starting the program is most of what such a command costs.
func answers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: answers CODE ARGUMENT...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var out, said bytes.Buffer
	null, err := os.Open(os.DevNull)
	ts.Check(err)
	defer func() { _ = null.Close() }()
	parts := fakeParts(ts.Getenv)
	parts.Stdin, parts.Stdout, parts.Stderr = null, &out, &said
	parts.Detach = func(...string) error { return errors.New("a script with a room needs processes: say exits") }

	folder.Lock()
	defer folder.Unlock()
	before, err := os.Getwd()
	ts.Check(err)
	ts.Check(os.Chdir(ts.MkAbs(".")))
	code := Run(context.Background(), parts, args[1:])
	ts.Check(os.Chdir(before))
	_, _ = ts.Stdout().Write(out.Bytes())
	_, _ = ts.Stderr().Write(said.Bytes())
	endsAs(ts, code, want, said.String())
}

// schema wants the last output to be one JSON object of that schema.
func schema(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: schema NAME")
	}
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	var got struct{ Schema string }
	ts.Check(dec.Decode(&got))
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		ts.Fatalf("something follows the JSON")
	}
	if got.Schema != args[0] {
		ts.Fatalf("schema %q, want %q", got.Schema, args[0])
	}
}

func fakeParts(getenv func(string) string) Parts {
	return Parts{
		Course: func() (*course.Course, error) {
			if getenv("BROKEN_COURSE") != "" {
				return nil, course.Problem{File: "lessons/01-ends/lesson.md", Line: 3, Text: "an empty section: write it"}
			}
			return fakeCourse(), nil
		},
		Contents: func() (workspace.Contents, error) {
			return workspace.Contents{Version: cmp.Or(getenv("VERSION"), "v1.2.0"), Files: map[string][]byte{
				"go.mod":                   []byte("module example.com/leakproof\n\ngo 1.26\n"),
				"katas/01-worker/KATA.md":  []byte(getenv("BRIEF")),
				"katas/01-worker/notes.go": []byte("package notes\n\n// verdict: fail\n"),
			}}, nil
		},
		Grader: func(root string) Grader { return fakeGrader{root, getenv} },
		Lab:    func(string) func(context.Context, *course.Lab) workbook.LabRun { return newFakeLab },
		Watch: func(ctx context.Context, _ string) (<-chan watch.Event, error) {
			saves := make(chan watch.Event)
			go func() { <-ctx.Done(); close(saves) }()
			return saves, nil
		},
		Screen: func(_ context.Context, open func() (*workbook.Workbook, error), opts tui.Options) error {
			if _, err := open(); err != nil {
				return err
			}
			_, err := fmt.Fprintf(opts.Output, "SCREEN page=%q id=%q nocolor=%t notice=%q\n", opts.Start.Page, opts.Start.ID, opts.NoColor, opts.Notice())
			return err
		},
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Detach: Detach,
		Relay:  relay.Process{File: getenv(relayVariable)},
		Getenv: getenv,
		LookPath: func(name string) (string, error) {
			if name == "vim" {
				return "/usr/bin/vim", nil
			}
			return "", exec.ErrNotFound
		},
		Now: func() time.Time { return time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC) },
	}
}

// fakeGrader finds its verdict in a line "// verdict: STATUS" of the file.
type fakeGrader struct {
	root   string
	getenv func(string) string
}

func (g fakeGrader) Grade(ctx context.Context, s grade.Suite) (grade.Verdict, error) {
	src, given := s.Answer[path.Join(s.Dir, s.File)]
	if !given {
		var err error
		if src, err = os.ReadFile(filepath.Join(g.root, filepath.FromSlash(s.Dir), s.File)); err != nil {
			return grade.Verdict{Kata: s.Kata, Status: explain.Unavailable, Summary: err.Error()}, nil
		}
	}
	_, status, _ := strings.Cut(string(src), "// verdict: ")
	status = strings.TrimSpace(status)
	switch status {
	case "hang":
		<-ctx.Done()
		return grade.Verdict{}, ctx.Err()
	case "hung up again": // by the shell, until there was time for it
		<-ctx.Done()
		self, err := os.FindProcess(os.Getpid())
		for range 1000 {
			err = errors.Join(err, self.Signal(syscall.SIGHUP))
			runtime.Gosched()
		}
		return grade.Verdict{}, errors.Join(err, ctx.Err())
	}
	v := grade.Verdict{Kata: s.Kata, Status: explain.Status(status), Summary: "the summary of " + status, Origin: "self", Race: true}
	switch v.Status {
	case explain.Fail:
		v.Tests = []explain.Test{{Name: "TestEnds", Status: explain.Fail, Message: "Run must return.", File: s.Dir + "/notes_test.go", Line: 7}}
	case explain.CompileError:
		v.Detail = s.Dir + "/notes.go:3:1: undefined: x"
	case explain.Pass, explain.Timeout, explain.Untrusted, explain.Unavailable:
	}
	return v, nil
}

func (g fakeGrader) GradeAll(ctx context.Context, suites []grade.Suite, tell func(i int, v grade.Verdict)) error {
	return lastFirst(ctx, g.Grade, suites, tell)
}

// lastFirst grades the suites from the last to the first: whoever shows them
// has to keep their order.
func lastFirst(ctx context.Context, judge func(context.Context, grade.Suite) (grade.Verdict, error), suites []grade.Suite, tell func(i int, v grade.Verdict)) error {
	for i, s := range slices.Backward(suites) {
		v, err := judge(ctx, s)
		if err != nil {
			return err
		}
		tell(i, v)
	}
	return nil
}

func (g fakeGrader) Warm(context.Context, string, func(done, total int)) error { return nil }

func (g fakeGrader) RunProgram(_ context.Context, folder string) (gorun.Program, error) {
	return gorun.Program{Output: "output of " + folder}, nil
}

func (g fakeGrader) Try(context.Context, []grade.Suite) (grade.Verdict, error) {
	if g.getenv("NO_SPACE") != "" {
		return grade.Verdict{Status: explain.Unavailable, Summary: "There is no space left; free some."}, nil
	}
	return grade.Verdict{Status: explain.Pass}, nil
}

func (g fakeGrader) Environment(context.Context) gorun.Environment {
	race := gorun.Check{Name: "race detector", OK: true, Text: "the race detector works"}
	if g.getenv("NO_RACE") != "" {
		race.OK, race.Text = false, "the race detector needs a C compiler; install gcc"
	}
	return gorun.Environment{Checks: []gorun.Check{{Name: "workbook", OK: true, Text: "the workbook is in " + g.root}, race}}
}

func fakeCourse() *course.Course {
	question := func(id, lesson string) *course.Question {
		return &course.Question{
			ID: id, Revision: 1, Kind: course.Spot, Lesson: lesson, Teaches: []string{"Q1"}, Difficulty: 2,
			Stem: "Which line waits?", Code: "package p\n\n<-c", CodeFile: "quiz/p/p.go", Explanation: "A receive waits.",
			Options: []course.Option{
				{Text: "package p", Line: 1, Why: "A clause does nothing.", Misconception: "waits"},
				{Text: "<-c", Line: 3, Right: true, Why: "It waits for a send."},
			},
		}
	}
	lesson := func(number int, id, title string) *course.Lesson {
		return &course.Lesson{
			ID: id, Number: number, Name: id[3:], Title: title, Summary: "What ends.", Habit: "Name the end.", Minutes: 5, Teaches: []string{"Q1"},
			Sections: []*course.Section{
				{ID: "opening", Title: title, Blocks: []course.Block{{Kind: course.Prose, Text: "Memory **climbs**."}, {Kind: course.Picture, Text: "+-+", Alt: "A box."}}},
				{ID: "the-habit", Title: "The habit", Blocks: []course.Block{{Kind: course.Prose, Text: "Name the end."}}},
			},
		}
	}
	kata := func(number int, id, title, verdict string) *course.Kata {
		file := func(text string) map[string][]byte {
			return map[string][]byte{"notes.go": []byte("package notes\n\n// verdict: " + text + "\n")}
		}
		return &course.Kata{
			ID: id, Number: number, Name: id[3:], Title: title, Minutes: 10, File: "notes.go", Lessons: []string{"01-ends"}, Practises: []string{"Q1"},
			Brief: course.Brief{Incident: "Memory climbs.", Restore: "1. `Run` returns.", Keep: "2. It runs.", Rules: "Change one file."},
			Hints: []course.Hint{{Title: "The question to ask", Text: "Who ends it?"}, {Title: "The idea", Text: "A channel."}, {Title: "The shape of the code", Text: "A select."}},
			Suite: map[string][]byte{},
			Variants: []*course.Variant{
				{ID: "start", Files: file(verdict)},
				{ID: "solution", Summary: "A context.", Trades: "One more parameter.", Files: file("pass")},
				{ID: "right-channel", Summary: "A channel.", Trades: "One more field.", Files: file("pass ")},
				{ID: "wrong-sleep", Summary: "A sleep.", Files: file("fail")},
			},
		}
	}
	c := &course.Course{
		Labs:    []*course.Lab{runaway()},
		Lessons: []*course.Lesson{lesson(1, "01-ends", "Every goroutine ends"), lesson(2, "02-bounds", "Bounds")},
		Katas:   []*course.Kata{kata(1, "01-worker", "The worker", "fail"), kata(2, "02-pool", "The pool", "fail"), kata(3, "03-server", "The server", "fail")},
		Points: []course.Point{
			{ID: "Q1", Title: "Timeouts first", Lesson: "01-ends", Katas: []string{"01-worker", "09-later"}, Lab: true},
			{ID: "Q9", Title: "Something later", Lesson: "09-later", Lab: true},
		},
		Misconceptions: map[string]*course.Misconception{"waits": {ID: "waits", Says: "Everything waits.", Truth: "Only a channel operation waits here."}},
	}
	for _, l := range c.Lessons {
		c.Questions = append(c.Questions, question(l.Name+"-one", l.ID), question(l.Name+"-two", l.ID))
	}
	c.Modules = []*course.Module{{Title: "Ends", About: "Who ends what.", Lessons: c.Lessons}}
	return c
}
