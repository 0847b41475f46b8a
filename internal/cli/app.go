package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/charmbracelet/x/term"

	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/plain"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/settings"
	"example.com/leakproof/internal/team/member"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
)

// app is one run of the command line.
type app struct {
	Parts

	plain    bool
	dir      string
	stateDir string
	theme    string

	began  bool               // the command line was understood
	notice string             // what the learner should know about the progress log
	chosen *settings.Settings // nil until they are read
	temp   string             // holds the log of a run that cannot save

	room  *member.Sender // nil until the workbook is open, and where nothing is saved
	after int            // the last line of the log at that time
}

// state is the folder of the progress log, the attempts and the backups.
func (a *app) state() (string, error) {
	dir := a.stateDir
	if dir == "" {
		dir = a.Getenv("LEAKPROOF_STATE")
	}
	if dir == "" {
		dir = progress.DefaultDir()
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("the state folder %s has no path (%w): name another with --state", dir, err)
	}
	return abs, nil
}

// open joins the parts to a workbook.
func (a *app) open() (*workbook.Workbook, error) {
	state, err := a.state()
	if err != nil {
		return nil, err
	}
	log, err := a.openLog(state)
	if err != nil {
		return nil, err
	}
	all, err := a.Course()
	if err != nil {
		return nil, fmt.Errorf("the course cannot be loaded: %w", err)
	}
	root, err := workspace.Find(a.dir)
	if err != nil && !errors.Is(err, workspace.ErrNotFound) {
		return nil, err
	}
	wb := &workbook.Workbook{
		Course: all, Log: log, Forget: a.temp != "",
		Space: workspace.Workspace{Root: root, Backup: filepath.Join(state, "backups"), Attempts: filepath.Join(state, "attempts")},
		Watch: a.Watch, Getenv: a.getenv, LookPath: a.LookPath, Now: a.Now,
		Problem: a.problem,
	}
	if a.temp == "" {
		wb.Room = member.New(member.Sender{Dir: state, Log: log, Course: all, Source: wb.Space.ReadAttempt, Transport: a.Relay})
		a.room, a.after = wb.Room, log.State().LastLine()
	}
	// Only what is graded needs a grader, and outside a clone nothing is.
	if root != "" {
		grader := a.Grader(root)
		wb.Grade, wb.GradeAll, wb.Run, wb.Compile = grader.Grade, grader.GradeAll, grader.RunProgram, grader.Warm
		wb.Lab = a.Lab(root)
	} else {
		wb.Grade = func(context.Context, grade.Suite) (grade.Verdict, error) {
			return grade.Verdict{}, workspace.ErrNotFound
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := wb.NoteClock(ctx); err != nil && a.notice == "" {
		a.notice = fmt.Sprintf("the clock was put back, and that could not be noted: %v", err)
	}
	return wb, nil
}

// openLog opens the progress log. One that cannot be read does not keep anyone
// from learning: the run then remembers what it can and forgets it at its end.
func (a *app) openLog(state string) (*progress.Log, error) {
	log, err := progress.Open(state)
	switch {
	case errors.Is(err, progress.ErrNewer):
		return nil, err
	case err == nil:
		if damaged := log.Damaged(); len(damaged) > 0 {
			a.notice = fmt.Sprintf("%d of the saved lines cannot be read, the first is %v", len(damaged), damaged[0])
		}
		return log, nil
	}
	a.notice = fmt.Sprintf("nothing is saved in this run: %v", err)
	temp, tempErr := os.MkdirTemp("", "leakproof-unsaved-")
	if tempErr != nil {
		return nil, errors.Join(err, tempErr)
	}
	a.temp = temp
	return progress.Open(temp)
}

func (a *app) close() error {
	if a.temp == "" {
		return nil
	}
	if err := os.RemoveAll(a.temp); err != nil {
		return fmt.Errorf("the temporary folder %s is still there (%w): remove it", a.temp, err)
	}
	return nil
}

// tellNotice says, where there is no screen for it, what is wrong with the
// progress log.
func (a *app) tellNotice() {
	if a.notice != "" {
		a.tell(errors.New(a.notice))
	}
}

// lines opens the line interface.
func (a *app) lines(wb *workbook.Workbook) *plain.Session {
	a.tellNotice()
	s := plain.New(wb, a.Stdin, a.Stdout, a.Stderr)
	s.Terminal, s.Pictures = isTerminal(a.Stdout), !accessible(a.Getenv)
	return s
}

// screens opens the terminal interface on a workbook that is open.
func (a *app) screens(ctx context.Context, wb *workbook.Workbook, start page.Route) error {
	return a.screensOf(ctx, func() (*workbook.Workbook, error) { return wb, nil }, start)
}

// screensOf opens the terminal interface and, meanwhile, the workbook.
func (a *app) screensOf(ctx context.Context, open func() (*workbook.Workbook, error), start page.Route) error {
	options, err := a.screenOptions(start)
	if err != nil {
		return err
	}
	return a.Screen(ctx, open, options)
}

// inLines reports whether to use lines in place of screens.
func (a *app) inLines() bool {
	return a.plain || accessible(a.Getenv) || a.Getenv("TERM") == "dumb" || !isTerminal(a.Stdin) || !isTerminal(a.Stdout)
}

func accessible(getenv func(string) string) bool {
	switch getenv("ACCESSIBLE") {
	case "", "0", "false":
		return false
	}
	return true
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

// isNothing reports whether a stream is the null device: there is nobody to
// ask, but nobody has gone away either.
func isNothing(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && !term.IsTerminal(f.Fd())
}
