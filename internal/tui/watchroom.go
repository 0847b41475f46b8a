package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
)

// RoomOptions are what [WatchRoom] shows, and where.
type RoomOptions struct {
	Input   io.Reader
	Output  io.Writer
	Look    Options                                               // of which only the colours and characters count
	Address string                                                // of the board
	Watch   func(ctx context.Context, tell func(room.Seen)) error // as [room.Client.Watch]
}

// WatchRoom shows a room as its board's page does, until the facilitator quits or ctx ends. When it returns, nothing that it
// started is running any more. The error is that of Watch, or says that the terminal cannot be used.
func WatchRoom(ctx context.Context, opts RoomOptions) error {
	ctx, cancel := context.WithCancel(ctx)
	model := newWatched(opts)
	options := []tea.ProgramOption{
		tea.WithContext(ctx), tea.WithInput(opts.Input), tea.WithOutput(opts.Output), tea.WithoutSignalHandler(), tea.WithFilter(filters()),
	}
	if opts.Look.NoColor {
		options = append(options, tea.WithColorProfile(colorprofile.Ascii))
	}
	program := tea.NewProgram(model, options...)
	var watching sync.WaitGroup
	watching.Go(func() {
		err := opts.Watch(ctx, func(s room.Seen) { program.Send(seenMsg(s)) })
		program.Send(unwatchedMsg{err})
	})
	watching.Go(func() {
		seconds := time.NewTicker(time.Second)
		defer seconds.Stop()
		for {
			select {
			case now := <-seconds.C:
				program.Send(secondMsg(now))
			case <-ctx.Done():
				return
			}
		}
	})
	_, err := program.Run()
	interrupted := ctx.Err() != nil
	cancel()
	watching.Wait()
	switch {
	case model.err != nil && !errors.Is(model.err, context.Canceled):
		return model.err
	case err != nil && !interrupted:
		return fmt.Errorf("the terminal cannot be used (%w): try `leakproof board --watch %s --plain`", err, opts.Address)
	}
	return nil
}

// seenMsg is what the board sent, or why nothing comes.
type seenMsg room.Seen

// unwatchedMsg says that nothing comes any more.
type unwatchedMsg struct{ err error }

// secondMsg comes each second: timers go on between two views.
type secondMsg time.Time

// watched is the model of [WatchRoom].
type watched struct {
	address string
	look    look
	answers answers
	pager   ui.Pager
	help    *help // nil while it is closed

	view  *room.View    // nil until the first
	ahead time.Duration // by how much this clock is ahead of the board's
	now   time.Time     // this clock
	lost  error         // why the connection is
	again time.Time     // when it is tried again
	err   error         // why it ended

	width, height int
}

func newWatched(opts RoomOptions) *watched {
	return &watched{address: opts.Address, look: newLook(opts.Look)}
}

// Init implements [tea.Model].
func (w *watched) Init() tea.Cmd { return w.answers.ask() }

// Update implements [tea.Model].
func (w *watched) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd, done := w.answers.hear(msg)
	if done {
		return w, cmd
	}
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		w.width, w.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		w.look.dark = msg.IsDark()
	case tea.MouseWheelMsg:
		switch msg.Button {
		case tea.MouseWheelUp:
			w.shown().Scroll(-3)
		case tea.MouseWheelDown:
			w.shown().Scroll(3)
		}
	case tea.KeyPressMsg:
		if key.Matches(msg, keymap.QuitNow) {
			return w, w.answers.quit()
		}
		if action, ok := ui.Find(w.actions(), msg); ok {
			cmd = action.Do()
		}
	case secondMsg:
		w.now = time.Time(msg)
	case seenMsg:
		w.now = msg.Came
		if w.lost = msg.Lost; w.lost != nil {
			w.again = msg.Came.Add(msg.Wait)
		} else {
			w.view, w.ahead = &msg.View, msg.Came.Sub(msg.View.At)
		}
	case unwatchedMsg:
		w.err = msg.err
		return w, w.answers.quit()
	}
	w.layout()
	return w, cmd
}

func (w *watched) actions() []ui.Action {
	if w.help != nil {
		return append(w.help.pager.Scrolling(), ui.On(keymap.HelpDone, ui.Do(func() { w.help = nil })))
	}
	return append(w.pager.Scrolling(), ui.On(keymap.Quit, w.answers.quit),
		ui.On(keymap.Help, ui.Do(func() { w.help = newHelp(w.actions()) })))
}

// layout fits the lines to the terminal.
func (w *watched) layout() {
	if w.small() {
		return
	}
	width, height := w.innerWidth(), w.height-len(w.head())-len(w.foot())
	w.pager.Set(w.lines(width), width, height)
	if w.help != nil {
		w.help.layout(w.look.theme(), width, height)
	}
}

// shown is what can be scrolled: the room, or the help above it.
func (w *watched) shown() *ui.Pager {
	if w.help != nil {
		return &w.help.pager
	}
	return &w.pager
}

func (w *watched) small() bool { return w.width < minWidth || w.height < minHeight }

func (w *watched) margin() int {
	if w.width >= 60 {
		return 2
	}
	return 1
}

func (w *watched) innerWidth() int { return w.width - 2*w.margin() }

// View implements [tea.Model].
func (w *watched) View() tea.View {
	v := tea.NewView("")
	v.AltScreen = true
	v.WindowTitle = "Leakproof: " + w.title()
	if w.look.mouse() {
		v.MouseMode = tea.MouseModeCellMotion
	}
	switch {
	case w.width == 0:
	case w.small():
		text := fmt.Sprintf("%dx%d is too small. Enlarge to %dx%d. %s quits.", w.width, w.height, minWidth, minHeight, keymap.Name(keymap.QuitNow))
		lines := ui.Wrap(text, w.width)
		v.SetContent(strings.Join(lines[:min(len(lines), w.height)], "\n"))
	default:
		lines := append(w.head(), strings.Split(w.shown().View(), "\n")...)
		for room := w.height - len(w.foot()); len(lines) < room; {
			lines = append(lines, "")
		}
		lines = append(lines, w.foot()...)
		margin := strings.Repeat(" ", w.margin())
		for i, line := range lines {
			if line != "" {
				line = margin + xansi.Truncate(line, w.innerWidth(), "…")
			}
			if w.look.ascii() {
				line = ui.ASCII(line)
			}
			lines[i] = line
		}
		v.SetContent(strings.Join(lines, "\n"))
	}
	return v
}

func (w *watched) title() string {
	if w.view == nil {
		return "Room"
	}
	return w.view.Room
}

// head says which room this is and whether it is as it is now.
func (w *watched) head() []string {
	t, right := w.look.theme(), ""
	switch {
	case w.lost != nil && !w.again.After(w.now):
		right = t.Warn.Render("connection lost, trying again")
	case w.lost != nil:
		right = t.Warn.Render(fmt.Sprintf("connection lost, again in %d s", int(math.Ceil(w.again.Sub(w.now).Seconds()))))
	case w.view != nil:
		right = t.Good.Render("● ") + t.Dim.Render("live")
	}
	space := w.innerWidth() - xansi.StringWidth(right) - 1
	lines := []string{ui.Fit(t.Heading.Render(w.title()), max(space, 0)) + " " + right}
	if w.height >= 20 {
		lines = append(lines, "")
	}
	return lines
}

func (w *watched) foot() []string {
	t := w.look.theme()
	last := []key.Binding{keymap.Quit, keymap.Help}
	if w.help != nil {
		last = []key.Binding{keymap.HelpDone}
	}
	keys := helpModel(t).ShortHelpView(last)
	if more := w.shown().More(); more != "" {
		keys = t.Accent.Render(more) + "  " + keys
	}
	if w.height < 16 {
		return []string{keys}
	}
	return []string{t.Dim.Render(strings.Repeat("─", w.innerWidth())), keys}
}
