package tui

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	xansi "github.com/charmbracelet/x/ansi"
)

// From sideBySide columns on two versions stand side by side: each then has
// room for most lines of code.
const sideBySide = 110

// compareLines draws a unified diff: side by side under the names of the two
// versions where there is room, else as it is.
func compareLines(t theme, text string, width int, from, to string) []string {
	if width < sideBySide {
		return diffLines(t, text)
	}
	side := (width - 3) / 2
	rule := t.dim.Render(" │ ")
	out := []string{fit(t.bold.Render(from), side) + rule + t.bold.Render(to)}
	var removed, added []string
	pair := func() { // what was replaced stands beside its replacement
		for i := range max(len(removed), len(added)) {
			var left, right []string
			if i < len(removed) {
				left = cell("- "+removed[i], side, t.bad)
			}
			if i < len(added) {
				right = cell("+ "+added[i], side, t.good)
			}
			out = append(out, beside(left, right, side, rule)...)
		}
		removed, added = nil, nil
	}
	for line := range strings.Lines(text) {
		line = strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "    ")
		switch {
		case strings.HasPrefix(line, "--- ") && len(out) == 1, strings.HasPrefix(line, "+++ ") && len(out) == 1:
			continue // the names above say it
		case strings.HasPrefix(line, "@@"):
			pair()
			out = append(out, t.accent.Render(line))
		case strings.HasPrefix(line, "-"):
			if len(added) > 0 {
				pair()
			}
			removed = append(removed, line[1:])
		case strings.HasPrefix(line, "+"):
			added = append(added, line[1:])
		default: // a line of both, or a remark such as "\ No newline at end of file"
			pair()
			both := cell(fmt.Sprintf(" %s", line), side, lipgloss.NewStyle())
			out = append(out, beside(both, both, side, rule)...)
		}
	}
	pair()
	return out
}

// cell breaks a line of code to the width of one side.
func cell(line string, width int, style lipgloss.Style) []string {
	out := strings.Split(xansi.Hardwrap(line, width, true), "\n")
	for i, part := range out {
		out[i] = style.Render(part)
	}
	return out
}

// beside joins two cells, of which one may be shorter.
func beside(left, right []string, width int, rule string) []string {
	out := make([]string, max(len(left), len(right)))
	for i := range out {
		l, r := "", ""
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		out[i] = fit(l, width) + rule + r
	}
	return out
}
