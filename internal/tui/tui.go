// Package tui is the terminal workbook: screens that show what package
// workbook says and turn keys into its actions.
package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"example.com/leakproof/internal/workbook"
)

// Start is the screen to open with: the home screen, or a step of the path.
type Start struct {
	Kind workbook.StepKind // "" is the home screen
	ID   string            // of the lesson or the kata, or the module; "" with QuizStep is the whole bank
}

// Options are how and where the workbook is shown.
type Options struct {
	Input   io.Reader // the terminal's keys
	Output  io.Writer // the terminal's screen
	Start   Start
	NoColor bool
	Notice  func() string // a sentence to show at first, such as what the progress log could not read
}

// Run opens the workbook and shows it until the learner quits, ctx ends or the
// terminal goes. When it returns, nothing that it started is running any more.
// The error is that of open, or says that the terminal cannot be used.
func Run(ctx context.Context, open func() (*workbook.Workbook, error), opts Options) error {
	ctx, cancel := context.WithCancel(ctx)
	work := &jobs{}
	defer work.wait()
	defer cancel()
	model := &boot{open: open, make: func(wb *workbook.Workbook) *root {
		e := newEnv(ctx, wb)
		e.jobs = work
		e.color = !opts.NoColor
		e.exec = tea.ExecProcess
		return newRoot(e, opts.Start, opts.Notice())
	}}

	options := []tea.ProgramOption{
		tea.WithContext(ctx), tea.WithInput(opts.Input), tea.WithOutput(opts.Output),
		// Signals reach us as the end of ctx, on every way out the same.
		tea.WithoutSignalHandler(),
	}
	if opts.NoColor {
		options = append(options, tea.WithColorProfile(colorprofile.Ascii))
	}
	program := newProgram(model, options...)
	defer model.clock.stop()
	_, err := program.Run()
	if model.err != nil {
		return model.err
	}
	if errors.Is(err, tea.ErrProgramPanic) {
		return fmt.Errorf("the workbook stopped on a defect of its own (%w): start it again, nothing that was saved is lost", err)
	}
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("the terminal cannot be used (%w): try `leakproof --plain`", err)
	}
	return nil
}

// newProgram is a program that shows the model and whose frames the model's
// clock paces.
func newProgram(model *boot, options ...tea.ProgramOption) *tea.Program {
	program := tea.NewProgram(model, append(options, tea.WithFPS(maxFPS))...)
	model.clock = frameClock{program: program}
	return program
}

// env is what every screen needs: the workbook, how things look, and the
// effects, injected so that a test can stand in for the machine.
type env struct {
	ctx     context.Context
	wb      *workbook.Workbook
	jobs    *jobs
	theme   theme
	color   bool
	pages   *pageCache
	shuffle *rand.Rand
	exec    func(*exec.Cmd, tea.ExecCallback) tea.Cmd
	detach  func(context.Context, *exec.Cmd) error

	unrecorded bool // the learner knows that progress cannot be kept
}

func newEnv(ctx context.Context, wb *workbook.Workbook) *env {
	e := &env{
		ctx: ctx, wb: wb, jobs: &jobs{}, color: true, pages: &pageCache{},
		shuffle: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), //nolint:gosec // the order of options is no secret
		detach:  runWindowed,
	}
	e.theme = newTheme(true, true)
	return e
}

// runWindowed starts an editor with a window of its own and waits for it, so
// that a failure to start is told. It outlives the workbook on purpose: the
// learner's unsaved text is in it.
func runWindowed(_ context.Context, cmd *exec.Cmd) error {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, nil, nil
	cmd.Env = os.Environ()
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
