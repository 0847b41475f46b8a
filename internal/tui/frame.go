package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
)

// Below this size nothing useful can be shown.
const (
	minWidth  = 28
	minHeight = 8
)

// minRule is the height that leaves room for a rule above the keys.
const minRule = 16

// frame is what stands around a page.
type frame struct {
	margin int // columns at the left and right of everything
	top    int // lines above the page: the header, and a blank one where there is room
	footer []string
	width  int // of the page
	height int
}

// small reports whether the terminal is too small to show anything.
func (a *app) small() bool { return a.width < minWidth || a.height < minHeight }

// layout fits everything to the size of the terminal. The command renders what
// the page has not got yet.
func (a *app) layout() tea.Cmd {
	if a.width == 0 || a.small() {
		return nil
	}
	a.frame = frame{margin: 1, top: 1}
	if a.width >= 60 {
		a.frame.margin = 2
	}
	if a.height >= 20 {
		a.frame.top = 2
	}
	a.frame.width = a.width - 2*a.frame.margin
	a.frame.height = max(1, a.height-a.frame.top-a.footerHeight())
	if a.help != nil {
		a.help.layout(a.env.Theme, a.frame.width, a.frame.height)
	}
	a.env.Markdown.Begin()
	a.top().Layout(a.frame.width, a.frame.height)
	a.frame.footer = a.footer() // after the layout, from which it may follow what keys do
	rendering := a.env.Markdown.Pending()
	if p, ok := a.top().(page.Shown); ok {
		return tea.Batch(rendering, p.Shown())
	}
	return rendering
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
	if a.look.mouse() {
		v.MouseMode = tea.MouseModeCellMotion
	}
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
		body = a.dialog.lines(a.env.Theme, a.frame.width)
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
	margin, turned := strings.Repeat(" ", a.frame.margin), a.turned()
	for i, line := range lines {
		switch {
		case i == turned:
			line = ui.Fit(a.env.Theme.Dim.Render("▸"), a.frame.margin) + xansi.Truncate(line, a.frame.width, "…")
		case line != "":
			line = margin + xansi.Truncate(line, a.frame.width, "…")
		}
		if a.look.ascii() {
			line = ui.ASCII(line)
		}
		lines[i] = line
	}
	return lines
}

// turned is the line to mark because a screen was turned above it, -1 for none.
func (a *app) turned() int {
	if p, ok := a.top().(page.Turner); ok && a.dialog == nil && a.help == nil {
		if line, ok := p.Turned(); ok {
			return a.frame.top + line
		}
	}
	return -1
}

// header says where the learner is and, at the right, how far.
func (a *app) header() string {
	t, right, left := a.env.Theme, a.top().Status(), a.env.Theme.Heading.Render("Leakproof")
	if len(a.pages) > 1 {
		left += t.Dim.Render(" › ") + t.Heading.Render(a.top().Title())
	}
	if a.height < minRule && a.room.line != "" { // there is no rule for it
		left = t.Warn.Render(strings.TrimSuffix(a.room.line, " for the board"))
	}
	room := a.frame.width - xansi.StringWidth(right) - 1
	if room < 12 {
		return ui.Fit(left, a.frame.width)
	}
	return ui.Fit(left, room) + " " + t.Dim.Render(right)
}

// footer is the notice, if there is one, or else the keys that fit; above it a
// rule, where there is room.
func (a *app) footer() []string {
	lines := ui.Paint(a.env.Theme.Warn, a.noticeLines())
	if len(lines) == 0 {
		lines = []string{a.keys()}
	}
	if a.height < minRule {
		return lines
	}
	return append([]string{a.rule()}, lines...)
}

func (a *app) footerHeight() int {
	lines := max(1, len(a.noticeLines()))
	if a.height < minRule {
		return lines
	}
	return 1 + lines
}

func (a *app) noticeLines() []string {
	if a.notice == "" {
		return nil
	}
	lines := ui.WrapNotice(a.notice, a.frame.width)
	return lines[:min(len(lines), max(1, a.height/3))]
}

// rule is the line above the keys. What is worth a word about the room stands in it.
func (a *app) rule() string {
	t, text := a.env.Theme, ""
	if a.room.line != "" {
		text = " " + xansi.Truncate(a.room.line, a.frame.width-4, "…") + " "
	}
	dashes := a.frame.width - xansi.StringWidth(text)
	if text == "" {
		return t.Dim.Render(strings.Repeat("─", dashes))
	}
	return t.Dim.Render(strings.Repeat("─", dashes-2)) + t.Warn.Render(text) + t.Dim.Render("──")
}

// keys are those that do something now.
func (a *app) keys() string {
	if a.dialog != nil {
		return ""
	}
	actions := a.actions()
	if p, typing := a.typist(); typing {
		actions = p.TypingActions()
	}
	return footerKeys(a.env.Theme, actions, a.frame.width)
}
