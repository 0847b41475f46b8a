package ui

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/text"
	"example.com/leakproof/internal/tui/theme"
)

// sideBySide is the width from which on two versions stand side by side: each
// then has room for most lines of code.
const sideBySide = 110

// Diff draws a unified diff: side by side under the names of the two versions
// where there is room, else as it is.
func Diff(t theme.Theme, diff string, width int, from, to string) []string {
	if width < sideBySide {
		return Unified(t, diff)
	}
	d := columns{theme: t, side: (width - 3) / 2}
	d.out = []string{Fit(t.Bold.Render(from), d.side) + d.rule() + t.Bold.Render(to)}
	for line := range strings.Lines(text.Visible(diff)) {
		line = Untab(strings.TrimRight(line, "\n"))
		switch {
		case strings.HasPrefix(line, "--- ") && len(d.out) == 1, strings.HasPrefix(line, "+++ ") && len(d.out) == 1:
			continue // the names above say it
		case strings.HasPrefix(line, "@@"):
			d.pair()
			d.out = append(d.out, t.Accent.Render(line))
		case strings.HasPrefix(line, "-"):
			if len(d.added) > 0 {
				d.pair()
			}
			d.removed = append(d.removed, line[1:])
		case strings.HasPrefix(line, "+"):
			d.added = append(d.added, line[1:])
		default: // a line of both, or a remark such as "\ No newline at end of file"
			d.pair()
			both := d.cell(fmt.Sprintf(" %s", line), lipgloss.NewStyle())
			d.beside(both, both)
		}
	}
	d.pair()
	return d.out
}

// Unified colours a unified diff.
func Unified(t theme.Theme, diff string) []string {
	var out []string
	for line := range strings.Lines(text.Visible(diff)) {
		line = Untab(strings.TrimRight(line, "\n"))
		switch {
		case strings.HasPrefix(line, "+"):
			line = t.Good.Render(line)
		case strings.HasPrefix(line, "-"):
			line = t.Bad.Render(line)
		case strings.HasPrefix(line, "@@"):
			line = t.Accent.Render(line)
		}
		out = append(out, line)
	}
	return out
}

// columns are the two sides of a diff, as far as they are drawn.
type columns struct {
	theme          theme.Theme
	side           int // width of one
	out            []string
	removed, added []string // not drawn yet
}

func (d *columns) rule() string { return d.theme.Dim.Render(" │ ") }

// pair puts what was replaced beside its replacement.
func (d *columns) pair() {
	for i := range max(len(d.removed), len(d.added)) {
		var left, right []string
		if i < len(d.removed) {
			left = d.cell("- "+d.removed[i], d.theme.Bad)
		}
		if i < len(d.added) {
			right = d.cell("+ "+d.added[i], d.theme.Good)
		}
		d.beside(left, right)
	}
	d.removed, d.added = nil, nil
}

// cell breaks a line of code to the width of one side.
func (d *columns) cell(line string, style lipgloss.Style) []string {
	return Paint(style, strings.Split(xansi.Hardwrap(line, d.side, true), "\n"))
}

// beside joins two cells, of which one may be shorter.
func (d *columns) beside(left, right []string) {
	for i := range max(len(left), len(right)) {
		l, r := "", ""
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		d.out = append(d.out, Fit(l, d.side)+d.rule()+r)
	}
}
