// Package tui is the terminal workbook: pages that show what package workbook
// says and turn keys into its actions.
//
// [Run] runs one model, the app: it holds the pages that are open, gives each
// message to whom it belongs, and draws what is on top. A page changes its own
// state in the event loop, at once; what waits for a disk, a process or a clock
// is a command whose result comes back as a message. Package keymap sets the
// keys, theme the colours, ui holds the widgets, and each package below page is
// one page.
package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"example.com/leakproof/internal/settings"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// Options are how and where the workbook is shown.
type Options struct {
	Input  io.Reader     // the terminal's keys
	Output io.Writer     // the terminal's screen
	Start  page.Route    // the page to open with
	Notice func() string // a sentence to show at first, such as what the progress log could not read

	Settings     settings.Settings
	SettingsFile string // where those that the learner changes are kept
	Theme        string // in place of the one in the settings, for this run

	NoColor         bool // draw without colours
	OnlyASCII       bool // what the locale asks for
	LightBackground bool // until the terminal says how its background is
}

// Run opens the workbook and shows it until the learner quits, ctx ends or the
// terminal goes. When it returns, nothing that it started is running any more.
// The error is that of open, or says that the terminal cannot be used or that
// what the learner did last could not be saved.
func Run(ctx context.Context, open func() (*workbook.Workbook, error), opts Options) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	work := ui.NewJobs(ctx)
	model := newApp(work, open, opts)
	defer func() {
		cancel()
		err = errors.Join(err, model.recorder.flush())
	}()

	options := []tea.ProgramOption{
		tea.WithContext(ctx), tea.WithInput(opts.Input), tea.WithOutput(opts.Output),
		// Signals reach us as the end of ctx, on every way out the same.
		tea.WithoutSignalHandler(),
		tea.WithFilter(filters()),
	}
	if opts.NoColor {
		options = append(options, tea.WithColorProfile(colorprofile.Ascii))
	}
	_, err = tea.NewProgram(model, options...).Run()
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

// windowGrace is how long an editor with a window of its own is watched: one
// that cannot start says so within that time.
const windowGrace = 2 * time.Second

// startWindowed starts an editor with a window of its own, and tells when it
// fails at once. The editor outlives the workbook on purpose: the learner's
// unsaved text is in it.
func startWindowed(ctx context.Context, cmd *exec.Cmd) error {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, nil, nil
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }() // ends with the editor
	grace := time.NewTimer(windowGrace)
	defer grace.Stop()
	select {
	case err := <-ended:
		return err
	case <-grace.C:
	case <-ctx.Done():
	}
	return nil
}
