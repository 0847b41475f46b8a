package tui

import (
	"cmp"
	"context"
	"errors"
	"image/color"
	"io"
	"maps"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	xansi "github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/charmbracelet/x/vt"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/course/coursetest"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/settings"
	"example.com/leakproof/internal/team/room/roomtest"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/watch"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
)

// setup is how a test wants its terminal and its machine.
type setup struct {
	width, height int
	light         bool // a light background
	noColor       bool
	silent        bool // the terminal answers no query
	start         page.Route
	outside       bool // not in a workspace or clone
	grade         func(context.Context, grade.Suite) (grade.Verdict, error)
	program       gorun.Program // what every program prints
	compile       func(context.Context, string, func(done, total int)) error
	watchError    error
	getenv        map[string]string
	noState       bool // the progress log cannot be written
	history       []progress.Event
	firstRun      bool // nobody was welcomed yet
	problem       string
	course        func(*course.Course) // makes the small course another one
	settings      settings.Settings
	settingsFile  string // "" is one that nobody looks at
	onlyASCII     bool
	room          *roomtest.Board // that the learner has joined
	lab           *fakeLab        // adds the lab that it runs to the course
}

// driver is a learner at a terminal: the real program writes to an emulated
// one and reads its keys, in virtual time.
type driver struct {
	*testing.T
	terminal *vt.Emulator
	keys     io.Writer
	model    *app
	program  *tea.Program
	env      *page.Env
	root     string
	state    string // the folder of the progress log
	saves    chan watch.Event
	flushed  error         // what could not be saved, after the end
	edited   []string      // the commands that opened an editor
	written  *counter      // bytes that reached the terminal
	over     chan struct{} // closed at the end of the program
}

// counter counts what is written to the terminal.
type counter struct {
	mu sync.Mutex
	io.Writer
	n int
}

func (c *counter) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += len(p)
	return c.Writer.Write(p)
}

func (c *counter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// sizes are those that every screen is looked at in.
var sizes = map[string]setup{
	"80x24":  {width: 80, height: 24},
	"120x40": {width: 120, height: 40},
	"40x12":  {width: 40, height: 12},
}

// drive runs the workbook on the small course and lets play use it.
func drive(t *testing.T, s setup, play func(d *driver)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &driver{T: t, terminal: vt.NewEmulator(s.width, s.height), saves: make(chan watch.Event)}
		ctx, cancel := context.WithCancel(t.Context())
		jobs := ui.NewJobs(ctx)
		d.model = newApp(jobs, func() (*workbook.Workbook, error) { return d.workbook(s), nil },
			Options{
				NoColor: s.noColor, OnlyASCII: s.onlyASCII, Start: s.start, Notice: func() string { return "" },
				Settings: s.settings, SettingsFile: cmp.Or(s.settingsFile, filepath.Join(t.TempDir(), "settings.toml")),
			})
		makeEnv := d.model.make
		d.model.make = func(wb *workbook.Workbook) *page.Env {
			d.env = makeEnv(wb)
			d.env.Shuffle = rand.New(rand.NewPCG(1, 2))
			d.env.Exec = func(cmd *exec.Cmd, done tea.ExecCallback) tea.Cmd {
				d.edited = append(d.edited, strings.Join(cmd.Args, " "))
				return func() tea.Msg { return done(nil) }
			}
			d.env.Detach = func(context.Context, *exec.Cmd) error { return errors.New("no windows here") }
			return d.env
		}

		if s.light {
			d.terminal.SetDefaultBackgroundColor(color.White)
		} else {
			d.terminal.SetDefaultBackgroundColor(color.Black)
		}
		// A line feed alone does not return the carriage: the kernel does that.
		if _, err := d.terminal.WriteString("\x1b[20h"); err != nil {
			t.Fatal(err)
		}
		d.written = &counter{Writer: d.terminal}
		var input io.Reader = d.terminal
		d.keys = d.terminal.InputPipe()
		if s.silent {
			var keys *io.PipeWriter
			input, keys = io.Pipe()
			d.keys = keys
			t.Cleanup(func() { _ = keys.Close() })
			go func() { _, _ = io.Copy(io.Discard, d.terminal) }()
		}
		profile := colorprofile.TrueColor
		if s.noColor {
			profile = colorprofile.Ascii
		}
		d.program = tea.NewProgram(d.model, tea.WithContext(ctx), tea.WithInput(input),
			tea.WithOutput(d.written), tea.WithWindowSize(s.width, s.height), tea.WithColorProfile(profile),
			tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithoutSignalHandler(),
			tea.WithFilter(filters()))
		ended := make(chan error, 1)
		d.over = make(chan struct{})
		go func() {
			_, err := d.program.Run()
			close(d.over)
			ended <- err
		}()
		defer func() { // also after a Fatal, or the bubble would deadlock on top
			d.program.Quit()
			cancel()
			if err := <-ended; err != nil && !errors.Is(err, tea.ErrProgramKilled) {
				t.Errorf("the program ended with %v", err)
			}
			// What reads the terminal's keys ends with them. (Closing the
			// emulator would race with a reader that looks whether it is.)
			if err := d.terminal.InputPipe().(io.Closer).Close(); err != nil {
				t.Error(err)
			}
			d.flushed = d.model.recorder.flush()
			time.Sleep(answerTime) // a tick that is under way ends by itself
		}()
		d.settle()
		play(d)
	})
}

func (d *driver) workbook(s setup) *workbook.Workbook {
	state := filepath.Join(d.TempDir(), "state")
	d.state = state
	log, err := progress.Open(state)
	if err != nil {
		d.Fatal(err)
	}
	history := s.history
	if !s.firstRun && !s.noState {
		welcome := progress.Event{Kind: progress.KindWelcome, At: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)}
		history = append([]progress.Event{welcome}, history...)
	}
	for _, e := range history {
		if err := log.Append(d.Context(), e); err != nil {
			d.Fatal(err)
		}
	}
	if s.noState {
		writeFile(d.T, state, "a file where the folder would be")
	}
	wb := &workbook.Workbook{
		Course: coursetest.Course(d.T), Log: log, Now: time.Now,
		Grade: s.grade,
		Watch: func(context.Context, string) (<-chan watch.Event, error) { return d.saves, s.watchError },
		Getenv: func(name string) string {
			return s.getenv[name]
		},
		LookPath: func(name string) (string, error) { return "/bin/" + name, nil },
		Problem:  func(context.Context) string { return s.problem },
	}
	if s.course != nil {
		s.course(wb.Course)
	}
	fake := newFakeLab() // that says nothing
	if s.lab != nil {
		fake, wb.Course.Labs = s.lab, append(wb.Course.Labs, leakyLab())
	}
	fake.open()
	wb.Lab = fake.start
	if s.room != nil {
		d.joinRoom(wb, s.room)
	}
	if wb.Compile = s.compile; wb.Compile == nil {
		wb.Compile = func(context.Context, string, func(done, total int)) error { return nil }
	}
	wb.Run = func(context.Context, string) (gorun.Program, error) { return s.program, nil }
	if wb.Grade == nil {
		wb.Grade = func(context.Context, grade.Suite) (grade.Verdict, error) { return failing, nil }
	}
	if !s.outside {
		d.root = d.TempDir()
		wb.Space = workspace.Workspace{Root: d.root, Backup: filepath.Join(state, "backups"), Attempts: filepath.Join(state, "attempts")}
		k := wb.Course.Katas[0]
		writeFile(d.T, wb.Space.Path(k), string(k.Start()))
		for name, data := range k.Suite {
			writeFile(d.T, filepath.Join(d.root, filepath.FromSlash(name)), string(data))
		}
	}
	return wb
}

var failing = grade.Verdict{
	Kata: "01-open-file", Status: explain.Fail, Race: true, Elapsed: 1500 * time.Millisecond,
	Summary: "1 of 2 tests fails: read its message, repair notes.go and save.",
	Tests: []explain.Test{
		{Name: "TestReadWorks", Status: explain.Pass},
		{
			Name: "TestReadClosesOnFailure", Status: explain.Fail, File: "notes_test.go", Line: 41,
			Message: "Read returned while its handle was open;\na read that failed must not keep a handle",
			Output:  "    notes_test.go:41: Read returned\n    notes.go:7 opened it\n",
		},
	},
}

var passing = grade.Verdict{
	Kata: "01-open-file", Status: explain.Pass, Race: true, Elapsed: time.Second, Summary: "All 2 tests pass.",
	Tests: []explain.Test{{Name: "TestReadWorks", Status: explain.Pass}, {Name: "TestReadClosesOnFailure", Status: explain.Pass}},
}

// settle lets everything that is due happen, and the frame be drawn.
func (d *driver) settle() {
	for range 6 {
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
	}
}

// keyBytes is what a terminal sends for keys that are not characters.
var keyBytes = map[string]string{
	"enter": "\r", "esc": "\x1b", "space": " ", "tab": "\t", "shift+tab": "\x1b[Z", "backspace": "\x7f",
	"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
	"home": "\x1b[H", "end": "\x1b[F", "pgup": "\x1b[5~", "pgdown": "\x1b[6~", "ctrl+c": "\x03",
}

// press presses keys, one after the other.
func (d *driver) press(keys ...string) {
	d.Helper()
	for _, k := range keys {
		bytes, special := keyBytes[k]
		if !special {
			bytes = k
		}
		if _, err := io.WriteString(d.keys, bytes); err != nil {
			d.Fatal(err)
		}
		d.settle()
	}
}

// click clicks on a cell of the screen.
func (d *driver) click(x, y int) {
	d.program.Send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
	d.settle()
}

// wheel turns the wheel over the middle of the screen, by notches.
func (d *driver) wheel(notches int) {
	button := tea.MouseWheelDown
	if notches < 0 {
		button, notches = tea.MouseWheelUp, -notches
	}
	for range notches {
		d.program.Send(tea.MouseWheelMsg{X: d.model.width / 2, Y: d.model.height / 2, Button: button})
		d.settle()
	}
}

// typeText types a text without a pause.
func (d *driver) typeText(text string) {
	d.Helper()
	d.press(strings.Split(text, "")...)
}

// wait lets virtual time pass.
func (d *driver) wait(t time.Duration) {
	time.Sleep(t)
	d.settle()
}

// resize changes the terminal's size.
func (d *driver) resize(width, height int) {
	d.written.mu.Lock()
	d.terminal.Resize(width, height)
	d.written.mu.Unlock()
	d.program.Send(tea.WindowSizeMsg{Width: width, Height: height})
	d.settle()
}

// save reports a save of the kata's file.
func (d *driver) save() {
	d.saves <- watch.Event{}
	d.settle()
}

// render returns the screen with its colours. Waiting orders what was written
// before the look, and only the lock orders what is written after it.
func (d *driver) render() string {
	d.written.mu.Lock()
	defer d.written.mu.Unlock()
	return d.terminal.Render()
}

// look returns the screen as text.
func (d *driver) look() string {
	return xansi.Strip(d.render())
}

// sees fails the test unless the screen shows every text, whatever the line
// breaks.
func (d *driver) sees(texts ...string) {
	d.Helper()
	screen := strings.Join(strings.Fields(d.look()), " ")
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			d.Errorf("the screen does not show %q:\n%s", text, d.look())
		}
	}
}

// lacks fails the test if the screen shows the text.
func (d *driver) lacks(text string) {
	d.Helper()
	if strings.Contains(strings.Join(strings.Fields(d.look()), " "), text) {
		d.Errorf("the screen shows %q:\n%s", text, d.look())
	}
}

// golden compares the screen, styles included, with the test's golden file.
func (d *driver) golden() {
	d.Helper()
	golden.RequireEqual(d.T, d.render()+"\n")
}

// goldens compares the screen with the test's golden file of each size.
func (d *driver) goldens() {
	d.Helper()
	for _, size := range slices.Sorted(maps.Keys(sizes)) {
		d.resize(sizes[size].width, sizes[size].height)
		golden.RequireEqual(named{d.T, d.Name() + "-" + size}, d.render()+"\n")
	}
}

// named is a test under another name.
type named struct {
	*testing.T
	name string
}

func (n named) Name() string { return n.name }

func (d *driver) kata() *course.Kata { return d.env.Workbook.Course.Katas[0] }
