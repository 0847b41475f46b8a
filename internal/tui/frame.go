package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
)

// Below this size nothing useful can be shown.
const (
	minWidth  = 28
	minHeight = 8
)

// frame is what stands around a page.
type frame struct {
	top    int // lines above the page: the header, and a blank one where there is room
	footer []string
	height int // of the page
}

// small reports whether the terminal is too small to show anything.
func (a *app) small() bool { return a.width < minWidth || a.height < minHeight }

// layout fits everything to the size of the terminal. The command renders what
// the page has not got yet.
func (a *app) layout() tea.Cmd {
	if a.width == 0 || a.small() {
		return nil
	}
	a.frame = frame{top: 1, footer: a.footer()}
	if a.height >= 20 {
		a.frame.top = 2
	}
	a.frame.height = max(1, a.height-a.frame.top-len(a.frame.footer))
	if a.help != nil {
		a.help.layout(a.env.Theme, a.width, a.frame.height)
	}
	a.env.Markdown.Begin()
	a.top().Layout(a.width, a.frame.height)
	return a.env.Markdown.Pending()
}

// View implements [tea.Model].
func (a *app) View() tea.View {
	v := tea.NewView("")
	v.AltScreen = true
	if a.env == nil { // the header stands where it will stay
		v.SetContent(a.greeting)
		return v
	}
	v.WindowTitle = "Leakproof: " + a.top().Title()
	if a.width > 0 {
		v.SetContent(strings.Join(a.draw(), "\n"))
	}
	return v
}

func (a *app) draw() []string {
	if a.small() {
		text := fmt.Sprintf("%dx%d is too small. Enlarge to %dx%d, or run leakproof --plain. %s quits.",
			a.width, a.height, minWidth, minHeight, keymap.Name(keymap.QuitNow))
		lines := ui.Wrap(text, a.width)
		return lines[:min(len(lines), a.height)]
	}
	var body []string
	switch {
	case a.dialog != nil:
		body = a.dialog.lines(a.env.Theme, a.width)
	case a.help != nil:
		body = strings.Split(a.help.pager.View(), "\n")
	default:
		body = strings.Split(a.top().View(), "\n")
	}
	lines := make([]string, a.frame.top, a.height)
	lines[0] = a.header()
	lines = append(lines, body[:min(len(body), a.frame.height)]...)
	for len(lines) < a.frame.top+a.frame.height {
		lines = append(lines, "")
	}
	lines = append(lines, a.frame.footer...)
	for i, line := range lines {
		lines[i] = xansi.Truncate(line, a.width, "…")
	}
	return lines
}

func (a *app) header() string {
	t, right, left := a.env.Theme, a.top().Status(), "Leakproof"
	if len(a.pages) > 1 {
		left += " › " + a.top().Title()
	}
	room := a.width - xansi.StringWidth(right) - 1
	if room < 12 {
		return ui.Fit(t.Title.Render(left), a.width)
	}
	return ui.Fit(t.Title.Render(xansi.Truncate(left, room, "…")), room) + " " + t.Dim.Render(right)
}

// footer is the notice, if there is one, or else the keys that fit.
func (a *app) footer() []string {
	t := a.env.Theme
	if a.notice != "" {
		lines := ui.Paint(t.Warn, ui.Wrap(a.notice, a.width))
		return lines[:min(len(lines), max(1, a.height/3))]
	}
	if a.dialog != nil {
		return []string{""}
	}
	actions := a.actions()
	if p, typing := a.typist(); typing {
		actions = p.TypingActions()
	}
	return []string{footerKeys(t, actions, a.width)}
}
