// Package settings lets the learner choose how the workbook looks.
package settings

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/settings"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
)

// Settings is the page of the settings that have a list of values. A text, such
// as the editor, is chosen on the command line.
type Settings struct {
	env    *page.Env
	cursor ui.Cursor
	pager  ui.Pager
	rows   []int // for each line, the setting it belongs to, or -1
}

// New is the page of the settings.
func New(e *page.Env) *Settings { return &Settings{env: e} }

// Title implements [page.Page].
func (p *Settings) Title() string { return "Settings" }

// Status implements [page.Page].
func (p *Settings) Status() string { return "" }

// Init implements [page.Page].
func (p *Settings) Init() tea.Cmd { return nil }

// Update implements [page.Page].
func (p *Settings) Update(tea.Msg) tea.Cmd { return nil }

// Close implements [page.Page].
func (p *Settings) Close() {}

// View implements [page.Page].
func (p *Settings) View() string { return p.pager.View() }

// choices are the settings that have values.
func choices() []settings.Setting {
	return slices.DeleteFunc(slices.Clone(settings.All), func(s settings.Setting) bool { return s.Values == nil })
}

// Actions implements [page.Page].
func (p *Settings) Actions() []ui.Action {
	return append([]ui.Action{
		ui.On(keymap.NextValue, func() tea.Cmd { return p.turn(1) }),
		ui.On(keymap.PreviousValue, func() tea.Cmd { return p.turn(-1) }),
	}, p.cursor.Moves(len(choices()), "setting")...)
}

// turn chooses the next value of the setting under the cursor, or the one
// before.
func (p *Settings) turn(by int) tea.Cmd {
	s := choices()[p.cursor.At]
	at := slices.Index(s.Values, p.env.Settings().Get(s.Name))
	n := len(s.Values)
	return p.env.Choose(s.Name, s.Values[(at+by+n)%n])
}

// Layout implements [page.Page].
func (p *Settings) Layout(width, height int) {
	t := p.env.Theme
	var out []string
	p.rows = p.rows[:0]
	add := func(row int, lines ...string) {
		for _, line := range lines {
			out = append(out, line)
			p.rows = append(p.rows, row)
		}
	}
	keep := ui.Span{}
	for i, s := range choices() {
		start := len(out)
		sign, name := "  ", fmt.Sprintf("%-12s", s.Name)
		if i == p.cursor.At {
			sign, name = t.Cursor.Render("› "), t.Cursor.Render(name)
		}
		var values []string
		for _, v := range s.Values {
			if v == p.env.Settings().Get(s.Name) {
				v = t.Badge(0, v)
			} else {
				v = t.Dim.Render(" " + v + " ")
			}
			values = append(values, v)
		}
		add(i, sign+name+strings.Join(values, ""))
		add(i, ui.Indent("  ", ui.Paint(t.Dim, ui.WrapText(s.Says, width-2)))...)
		if i == p.cursor.At {
			keep = ui.Span{First: start, Last: len(out) - 1}
		}
		add(-1, "")
	}
	editor := "The editor is the one of $VISUAL or $EDITOR."
	if chosen := p.env.Settings().Get("editor"); chosen != "" {
		editor = "The editor is “" + chosen + "”."
	}
	add(-1, ui.Paint(t.Dim, ui.WrapText(editor+" `leakproof config editor COMMAND` chooses another.", width))...)
	p.pager.Set(out, width, height)
	if p.cursor.Moved {
		p.pager.Reveal(keep)
		p.cursor.Moved = false
	}
}

// Wheel implements [page.Pointed].
func (p *Settings) Wheel(_, _, lines int) { p.pager.Scroll(lines) }

// Click implements [page.Pointed]: on the selected setting it chooses the next
// value.
func (p *Settings) Click(_, y int) tea.Cmd {
	line := p.pager.Top() + y
	if line >= len(p.rows) || p.rows[line] < 0 {
		return nil
	}
	if p.rows[line] == p.cursor.At {
		return p.turn(1)
	}
	p.cursor = ui.Cursor{At: p.rows[line], Moved: true}
	return nil
}
