// Package cli is the command line of Leakproof: commands, flags, exit codes and
// the JSON that other programs read. It opens the screens of package tui on a
// terminal, and the lines of package plain elsewhere.
//
// # Exit codes
//
// 0 is success. 1 is a kata that is not solved, or a lab's script whose
// expectations do not hold or whose mission was not met, 2 a mistake in the command
// line, 3 a machine or folder that is not fit, 4 a suite that ran out of time,
// 5 a run that cannot be trusted, 130 an interrupt. Where several katas are
// checked, the highest of their codes counts.
//
// # JSON
//
// list, check, attempts, progress, doctor and regrade write one JSON object with
// --json. Its field "schema" names its shape: "leakproof.list/1",
// "leakproof.curriculum/1", "leakproof.check/1", "leakproof.attempts/1",
// "leakproof.progress/1", "leakproof.doctor/1" and "leakproof.regrade/1". Fields
// may be added within a version; what is there keeps its name and meaning. The
// types of this package whose names end in JSON document the fields.
//
// lab --headless --json writes an object a line, for each thing that happens: the
// first is {"schema":"leakproof.lab/1","lab":ID}, then come "hello", "sample" and
// "event" as package lessons/lab has them, "mark" ([lab.Mark]), and at the end
// [LabResultJSON].
//
// report writes "leakproof.report/1", which people hand to each other:
// [report.Report]. Who reads one (report --merge, regrade) ignores fields that it
// does not know, names lessons and katas that it does not know and leaves them
// out, and refuses a later version. So a field may be added as long as a reader
// can do without it. A verdict's origin is "self", "ci" or, of what was graded
// again, "regrade"; see [grade.Self].
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/tui"
	"example.com/leakproof/internal/watch"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
)

// The exit codes; see the package documentation.
const (
	exitOK          = 0
	exitUnsolved    = 1
	exitUsage       = 2
	exitUnfit       = 3
	exitTimeout     = 4
	exitUntrusted   = 5
	exitInterrupted = 130
)

// Grader decides whether a kata is solved, and whether this machine can tell.
type Grader interface {
	Grade(context.Context, grade.Suite) (grade.Verdict, error)
	GradeAll(ctx context.Context, suites []grade.Suite, tell func(i int, v grade.Verdict)) error
	RunProgram(ctx context.Context, folder string) (gorun.Program, error)
	Warm(ctx context.Context, folder string, progress func(done, total int)) error
	Environment(context.Context) gorun.Environment
	Try(ctx context.Context, suites []grade.Suite) (grade.Verdict, error)
}

// Parts are what the commands work with.
type Parts struct {
	Course func() (*course.Course, error)
	// Contents are those of a workspace that this program makes.
	Contents func() (workspace.Contents, error)
	Grader   func(root string) Grader
	Watch    func(ctx context.Context, dir string) (<-chan watch.Event, error)
	Lab      func(root string) func(context.Context, *course.Lab) workbook.LabRun // starts a lab of the clone at root
	Relay    room.Transport                                                       // reaches boards
	Screen   func(ctx context.Context, open func() (*workbook.Workbook, error), opts tui.Options) error
	Detach   func(args ...string) error // starts this program once more, in the background

	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	LookPath       func(string) (string, error)
	Now            func() time.Time
}

// Main runs the command line until it is done or the process is told to end,
// and returns the exit code. A second signal ends the process at once, except
// that of a terminal that goes away: the kernel sends it, and the shell again.
func Main(parts Parts, args []string) int {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var ends []os.Signal
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // nohup, and jobs in the background of a script
			ends = append(ends, s)
		}
	}
	if len(ends) > 0 {
		var restore context.CancelFunc
		ctx, restore = signal.NotifyContext(ctx, ends...)
		defer restore()
		context.AfterFunc(ctx, func() {
			signal.Ignore(syscall.SIGHUP)
			restore()
		})
	}
	return Run(ctx, parts, args)
}

// Run runs one command and returns the exit code.
func Run(ctx context.Context, parts Parts, args []string) int {
	a := &app{Parts: parts}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(parts.Stdin)
	root.SetOut(parts.Stdout)
	root.SetErr(parts.Stderr)
	cmd, err := root.ExecuteContextC(ctx)
	a.sendLater()
	if closeErr := a.close(); err == nil {
		err = closeErr
	}
	return a.exit(cmd, err)
}

// codeError ends a command with an exit code of its own. A nil err has been
// told already.
type codeError struct {
	code int
	err  error
}

func (e *codeError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e *codeError) Unwrap() error { return e.err }

func usage(format string, args ...any) error {
	return &codeError{exitUsage, fmt.Errorf(format, args...)}
}

// exit tells what went wrong in a sentence and says which exit code that is.
func (a *app) exit(cmd *cobra.Command, err error) int {
	if err == nil {
		return exitOK
	}
	code := exitUnfit
	var coded *codeError
	var unknown *course.UnknownError
	switch {
	case errors.As(err, &coded):
		code = coded.code
	case errors.Is(err, context.Canceled):
		code = exitInterrupted
		err = errors.New("interrupted; nothing is running any more")
	case errors.As(err, &unknown), !a.began: // what cobra itself refuses
		code = exitUsage
	}
	if coded == nil || coded.err != nil {
		a.tell(err)
	}
	if code == exitUsage && cmd != nil {
		_, _ = fmt.Fprintf(a.Stderr, "`%s --help` explains the command.\n", cmd.CommandPath())
	}
	return code
}

// tell writes a sentence for the person at the terminal. There is nobody to
// tell when that fails.
func (a *app) tell(err error) { _, _ = fmt.Fprintf(a.Stderr, "leakproof: %v\n", err) }
