// Leakproof is a workbook for Go services that do not leak.
package main

import (
	"os"
	"os/exec"
	"sync"
	"time"

	"example.com/leakproof/internal/cli"
	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/tui"
	"example.com/leakproof/internal/watch"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

func main() {
	load := sync.OnceValues(func() (*course.Course, error) {
		return course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
	})
	// Nearly every command needs it, so it begins while the command line is read.
	go func() { _, _ = load() }()
	os.Exit(cli.Main(cli.Parts{
		Course:   load,
		Grader:   grader,
		Watch:    watch.Saves,
		Screen:   tui.Run,
		Stdin:    os.Stdin,
		Stdout:   os.Stdout,
		Stderr:   os.Stderr,
		Getenv:   os.Getenv,
		LookPath: exec.LookPath,
		Now:      time.Now,
	}, os.Args[1:]))
}

// grader runs suites and programs in the module at root.
func grader(root string) cli.Grader {
	runner := &gorun.Runner{Root: root}
	return struct {
		*gorun.Runner
		*grade.Grader
	}{runner, &grade.Grader{Runner: runner}}
}
