// Leakproof is a workbook for Go services that do not leak.
package main

import (
	"context"
	"os"
	"os/exec"
	"runtime/debug"
	"sync"
	"time"

	"example.com/leakproof/internal/cli"
	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/team/relay"
	"example.com/leakproof/internal/tui"
	"example.com/leakproof/internal/watch"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

func main() {
	content := course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS}
	load := sync.OnceValues(func() (*course.Course, error) { return course.Load(content) })
	// Nearly every command needs it, so it begins while the command line is read.
	go func() { _, _ = load() }()
	os.Exit(cli.Main(cli.Parts{
		Course: load,
		Contents: func() (workspace.Contents, error) {
			c, err := load()
			if err != nil {
				return workspace.Contents{}, err
			}
			return workspace.NewContents(content, c, version())
		},
		Grader:   func(root string) cli.Grader { return grader(root, load) },
		Lab:      labs,
		Relay:    relay.New(relay.DefaultDir()),
		Watch:    watch.Saves,
		Screen:   tui.Run,
		Detach:   cli.Detach,
		Stdin:    os.Stdin,
		Stdout:   os.Stdout,
		Stderr:   os.Stderr,
		Getenv:   os.Getenv,
		LookPath: exec.LookPath,
		Now:      time.Now,
	}, os.Args[1:]))
}

// version is that of this program: "(devel)" of one that was built in a clone.
func version() string {
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" {
		return build.Main.Version
	}
	return "(devel)"
}

// labs starts labs of the module at root.
func labs(root string) func(context.Context, *course.Lab) workbook.LabRun {
	runner := &gorun.Runner{Root: root}
	return func(ctx context.Context, l *course.Lab) workbook.LabRun {
		return lab.Start(ctx, runner, l, lab.DefaultDir())
	}
}

// grader runs suites and programs in the module at root.
func grader(root string, load func() (*course.Course, error)) cli.Grader {
	runner := &gorun.Runner{Root: root}
	var tests []string
	if c, err := load(); err == nil { // else there is nothing to grade, and the command says so
		for _, k := range c.Katas {
			if k.AsksForATest() {
				tests = append(tests, k.Path())
			}
		}
	}
	return struct {
		*gorun.Runner
		*grade.Grader
	}{runner, &grade.Grader{Runner: runner, LearnerTests: tests}}
}
