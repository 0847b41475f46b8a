package ui

import (
	"strings"

	"charm.land/lipgloss/v2"
	xansi "github.com/charmbracelet/x/ansi"
)

// Continued stands before what goes on with the line above it.
const Continued = "↩ "

// BreakCode breaks a line of code, which may have colours, into lines of at
// most width cells, between words where it can. Who draws them puts [Continued]
// before all but the first.
func BreakCode(line string, width int) []string {
	return strings.Split(lipgloss.Wrap(line, max(width, 1), " "), "\n")
}

// FoldFences breaks the lines of fenced blocks in Markdown that are wider than
// a page of that width shows, which would be cut.
func FoldFences(markdown string, width int) string {
	const indent = 2 // of a block
	var out strings.Builder
	fenced := false
	for line := range strings.Lines(markdown) {
		text := strings.TrimRight(line, "\n")
		fence := strings.HasPrefix(text, "```")
		if fence {
			fenced = !fenced
		}
		if room := min(width, MaxText) - indent; fenced && !fence && xansi.StringWidth(text) > room {
			text = strings.Join(MarkedCode(text, room), "\n")
		}
		out.WriteString(text + "\n")
	}
	return out.String()
}

// MarkedCode is a line of code in lines of at most width cells, with
// [Continued] before all but the first.
func MarkedCode(line string, width int) []string {
	if xansi.StringWidth(line) <= width {
		return []string{line}
	}
	lines := BreakCode(line, width-xansi.StringWidth(Continued))
	for i := range lines[1:] {
		lines[i+1] = Continued + lines[i+1]
	}
	return lines
}

// ground draws a line of that width on the style's background, also where the
// line has colours of its own.
func ground(style lipgloss.Style, line string, width int) string {
	on, _, _ := strings.Cut(style.Render("x"), "x")
	line = Fit(line, width)
	if on == "" {
		return line
	}
	for _, reset := range []string{"\x1b[m", "\x1b[0m"} {
		line = strings.ReplaceAll(line, reset, reset+on)
	}
	return on + line + "\x1b[m"
}

// ShortPath is a path in at most width cells: its end and, where that leaves
// something out, how it begins.
func ShortPath(path string, width int) string {
	start := strings.IndexAny(path, `/\`) + 1
	if xansi.StringWidth(path) <= width || start == 0 {
		return path
	}
	separator := path[start-1 : start]
	for rest := path[start:]; ; {
		_, after, more := strings.Cut(rest, separator)
		short := path[:start] + "…" + separator + after
		if !more || xansi.StringWidth(short) <= width {
			return short
		}
		rest = after
	}
}

// WrapNotice is [Wrap] for a text in which each path has a line of its own: it
// stays one line.
func WrapNotice(text string, width int) []string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if strings.ContainsAny(line, " ") || !strings.ContainsAny(line, `/\`) {
			out = append(out, Wrap(line, width)...)
			continue
		}
		out = append(out, ShortPath(line, width))
	}
	return out
}
