package lab

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
)

// state is what a setting is, in words.
func (p *Lab) state(s *course.Setting) string { return lab.State(s, p.run.value(s.ID)) }

// stateWidth is that of the longest state that a setting can have.
func (p *Lab) stateWidth() int {
	n := 0
	for _, s := range p.lab.Settings {
		for _, v := range s.Values {
			n = max(n, len(lab.State(s, v)))
		}
	}
	return n
}

// settingLines are the settings around the cursor, one a line.
func (p *Lab) settingLines(width int, l *list) []string {
	l.first = max(0, min(p.cursor.At-l.shown/2, len(p.lab.Settings)-l.shown))
	states := p.stateWidth()
	var out []string
	for i, s := range p.lab.Settings[l.first : l.first+l.shown] {
		out = append(out, p.settingLine(s, l.first+i == p.cursor.At, states, width))
	}
	return out
}

func (p *Lab) settingLine(s *course.Setting, selected bool, states, width int) string {
	t, state := p.env.Theme, p.state(s)
	style := t.Bold
	if s.Kind != course.Knob && state == "off" {
		style = t.Dim
	}
	kind := t.Dim.Render(string(s.Kind))
	if width < roomy-10 {
		kind = ""
	}
	sign, title := "  ", s.Title
	if selected {
		sign, title = t.Cursor.Render("> "), t.Cursor.Render(title)
	}
	line := sign + style.Render(fmt.Sprintf("%-*s", states, state)) + "  " + title
	return ui.Fit(line, width-xansi.StringWidth(kind)) + kind
}

// chips are all settings in one line, as far as there is room around the cursor.
func (p *Lab) chips(width int) string {
	t := p.env.Theme
	var out []string
	for i, s := range p.lab.Settings {
		text := s.ID + " " + p.state(s)
		switch {
		case i == p.cursor.At:
			text = t.Cursor.Render("[" + text + "]")
		case s.Kind != course.Knob && p.state(s) == "off":
			text = t.Dim.Render(" " + text + " ")
		default:
			text = t.Bold.Render(" " + text + " ")
		}
		out = append(out, text)
	}
	for i := 0; i < p.cursor.At && xansi.StringWidth(strings.Join(out[i:p.cursor.At+1], " ")) > width; i++ {
		out[i] = ""
	}
	return ui.Fit(strings.TrimLeft(strings.Join(out, " "), " "), width)
}

// longestCode is the height of the longest of what is said about a setting.
func (p *Lab) longestCode(width int) int {
	n := 0
	for _, s := range p.lab.Settings {
		n = max(n, len(p.codeLines(s, width)))
	}
	return n
}

// codeLines say what a setting does, and show the lines that it switches.
func (p *Lab) codeLines(s *course.Setting, width int) []string {
	t := p.env.Theme
	out := ui.WrapText(s.Says, width)
	if s.Code == "" {
		return out
	}
	caption := t.Dim.Render(fmt.Sprintf("%s:%d", ui.Path(s.File, width-14), s.Line))
	return append(out, ui.Box(t, caption, "", ui.Fold(p.env.Code(s.Code), width-4), width)...)
}

// openCode shows the code of a setting on a page of its own.
func (p *Lab) openCode(s *course.Setting) tea.Cmd {
	return p.env.Open(page.Route{Page: page.Listing, ID: s.Title, Text: fmt.Sprintf("// %s:%d\n\n%s", s.File, s.Line, s.Code), Code: true})
}
