package tui

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// app is the one model of the program: it opens the workbook, holds the open
// pages, the dialog and the help above them, and decides who gets a message.
type app struct {
	open     func() (*workbook.Workbook, error)
	make     func(*workbook.Workbook) *page.Env // what pages need, but for the router
	first    page.Route
	hello    func() string
	greeting string    // shown until the workbook is open
	err      error     // why it could not be opened
	early    []tea.Msg // what came before it was
	answers  answers

	env      *page.Env // nil until the workbook is open
	recorder *recorder
	pages    []opened // home, and what was opened above it; the last one is shown
	dialog   *dialog
	help     *help
	notice   string
	room     roomLine

	width, height int
	frame         frame
	look          look
}

// opened is a page and how it was asked for.
type opened struct {
	page.Page
	route page.Route
}

// openedMsg is what became of opening the workbook.
type openedMsg struct {
	wb    *workbook.Workbook
	hello string
	err   error
}

func newApp(jobs *ui.Jobs, open func() (*workbook.Workbook, error), opts Options) *app {
	return &app{
		open: open, first: opts.Start, hello: opts.Notice, recorder: newRecorder(jobs),
		greeting: "Leakproof", look: newLook(opts),
		make: func(wb *workbook.Workbook) *page.Env {
			return &page.Env{
				Look:     ui.NewLook(newLook(opts).theme()),
				Workbook: wb,
				Jobs:     jobs,
				Shuffle:  rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), //nolint:gosec // the order of options is no secret
				Exec:     tea.ExecProcess,
				Detach:   startWindowed,
			}
		},
	}
}

// Init implements [tea.Model].
func (a *app) Init() tea.Cmd {
	return tea.Batch(a.answers.ask(), func() tea.Msg {
		wb, err := a.open()
		if err != nil {
			return openedMsg{err: err}
		}
		return openedMsg{wb: wb, hello: a.hello()}
	})
}

// Update implements [tea.Model].
func (a *app) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if cmd, done := a.answers.hear(msg); done {
		return a, cmd
	}
	if a.env == nil {
		return a, a.boot(msg)
	}
	cmd := a.take(msg)
	return a, tea.Batch(cmd, a.layout())
}

// boot keeps what the terminal says until the workbook is open; who quits then
// has nothing to lose.
func (a *app) boot(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if key.Matches(msg, keymap.QuitNow) {
			return a.answers.quit()
		}
		a.early = append(a.early, msg)
	case tea.WindowSizeMsg, tea.BackgroundColorMsg:
		a.early = append(a.early, msg)
	case openedMsg:
		if a.err = msg.err; a.err != nil {
			return a.answers.quit()
		}
		a.env = a.make(msg.wb)
		a.env.Router = a
		a.notice = msg.hello
		cmds := []tea.Cmd{a.start(), a.sendToRoom()}
		for _, early := range a.early {
			cmds = append(cmds, a.take(early))
		}
		return tea.Batch(append(cmds, a.layout())...)
	}
	return nil
}

// start shows home and, above it, the page to open with; on the first run that
// asks for none, the welcome.
func (a *app) start() tea.Cmd {
	home := a.Open(page.Route{})
	switch {
	case a.first.Page != page.Home:
		return tea.Batch(home, a.Open(a.first))
	case a.env.Workbook.FirstRun():
		return tea.Batch(home, a.Open(page.Route{Page: page.Welcome}))
	}
	return home
}

// take gives a message to whom it belongs.
func (a *app) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.width, a.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		a.look.dark = msg.IsDark()
		a.env.SetTheme(a.look.theme())
	case tea.KeyPressMsg:
		return a.press(msg)
	case tea.MouseWheelMsg:
		a.wheel(msg)
	case tea.MouseClickMsg:
		return a.click(msg)
	case tea.PasteMsg:
		if t, typing := a.typist(); typing {
			return t.Type(msg)
		}
	case ui.RenderedMsg:
		a.env.Markdown.Take(msg)
	case ui.Result:
		return msg.Deliver()
	case recordedMsg:
		return tea.Batch(a.Recorded(msg.err), a.recorder.recorded(), a.resume())
	case readyMsg:
		msg.dialog.ready = true
	case floodMsg:
		return a.Notify("More keys at once than anybody types, such as a paste: the rest of them is left out.")
	default:
		var cmds []tea.Cmd
		for _, p := range a.pages {
			cmds = append(cmds, p.Update(msg))
		}
		return tea.Batch(cmds...)
	}
	return nil
}

// press resolves a key in a fixed order: quitting, the dialog, a page that
// takes text, the help, then what the page and the program offer.
func (a *app) press(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(k, keymap.QuitNow):
		return a.answers.quit()
	case key.Matches(k, keymap.Suspend):
		return tea.Suspend
	}
	a.notice = ""
	if a.dialog != nil {
		return a.answer(k)
	}
	actions := a.actions
	t, typing := a.typist()
	if typing {
		actions = t.TypingActions
	}
	action, ok := ui.Find(actions(), k)
	switch {
	case !ok && typing:
		return t.Type(k)
	case !ok:
		return nil
	case action.Off != "":
		return a.Notify(action.Off)
	}
	return action.Do()
}

func (a *app) answer(k tea.KeyPressMsg) tea.Cmd {
	d := a.dialog
	switch {
	case !d.ready:
	case key.Matches(k, keymap.Yes):
		a.dialog = nil
		return d.yes()
	case key.Matches(k, keymap.No):
		a.dialog = nil
	}
	return nil
}

// top is the page that is shown.
func (a *app) top() page.Page { return a.pages[len(a.pages)-1].Page }

// typist is the page that takes text now, if it does.
func (a *app) typist() (page.Typist, bool) {
	t, ok := a.top().(page.Typist)
	return t, ok && t.Typing() && a.dialog == nil && a.help == nil
}

// actions are the page's and then the program's own.
func (a *app) actions() []ui.Action {
	if a.help != nil {
		return append(a.help.pager.Scrolling(), ui.On(keymap.HelpDone, ui.Do(func() { a.help = nil })))
	}
	actions := a.top().Actions()
	if len(a.pages) == 1 {
		actions = append(actions, ui.On(keymap.Quit, a.quit))
	} else {
		actions = append(actions, ui.On(keymap.Back, a.Back))
	}
	return ui.Distinct(append(actions, ui.On(keymap.Help, ui.Do(func() { a.help = newHelp(a.actions()) }))))
}

// quit asks whether to quit. It promises only what is so.
func (a *app) quit() tea.Cmd {
	question := "Quit Leakproof?"
	if a.recorder.told == "" && !a.env.Workbook.Forget {
		question += " What you did is saved."
	}
	return a.Ask(question, a.answers.quit)
}

// Open implements [page.Router]. A page that is open below comes to the top as
// it is, so that going back leads to where one was.
func (a *app) Open(r page.Route) tea.Cmd {
	for i, open := range a.pages {
		switch {
		case open.route != r:
		case i == 0: // home stays the lowest
			return a.closeAbove(i)
		default:
			a.pages, a.help = append(slices.Delete(a.pages, i, i+1), open), nil
			return a.resume()
		}
	}
	next, err := newPage(a.env, r)
	if err != nil {
		return a.Notify(err.Error())
	}
	a.pages, a.help = append(a.pages, opened{next, r}), nil
	return next.Init()
}

// Replace implements [page.Router].
func (a *app) Replace(r page.Route) tea.Cmd { return tea.Batch(a.Back(), a.Open(r)) }

// Back implements [page.Router].
func (a *app) Back() tea.Cmd { return a.closeAbove(max(0, len(a.pages)-2)) }

// closeAbove goes back to an open page.
func (a *app) closeAbove(i int) tea.Cmd {
	for _, above := range a.pages[i+1:] {
		above.Close()
	}
	a.pages, a.help = a.pages[:i+1], nil
	return a.resume()
}

// resume tells the page on top that something may have changed.
func (a *app) resume() tea.Cmd {
	if p, ok := a.top().(page.Resumer); ok {
		return p.Resume()
	}
	return nil
}

// Notify implements [page.Router].
func (a *app) Notify(text string) tea.Cmd {
	a.notice = text
	return nil
}

// Ask implements [page.Router]. A key typed ahead was not meant for the
// question, so it takes no answer at first.
func (a *app) Ask(question string, yes func() tea.Cmd) tea.Cmd {
	d := &dialog{question: question, yes: yes}
	a.dialog = d
	return tea.Tick(dialogGrace, func(time.Time) tea.Msg { return readyMsg{d} })
}

// Record implements [page.Router].
func (a *app) Record(save func(context.Context) error) tea.Cmd { return a.recorder.add(save) }

// Recorded implements [page.Router].
func (a *app) Recorded(err error) tea.Cmd {
	if text := a.recorder.news(err); text != "" {
		return a.Notify(text)
	}
	return nil
}

// errNoPage is a route that leads nowhere.
func errNoPage(r page.Route) error { return fmt.Errorf("there is no page %q", r.Page) }
