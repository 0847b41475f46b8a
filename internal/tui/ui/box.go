package ui

import (
	"strings"

	"charm.land/lipgloss/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/tui/theme"
)

// boxSides is what the frame of a box takes of its width.
const boxSides = 4

// Box frames lines that are no wider than the width less [boxSides]. The caption
// stands in the line above them, the foot in the one below; both may be "".
func Box(t theme.Theme, caption, foot string, lines []string, width int) []string {
	out := []string{edge(t, "╭", "╮", caption, width)}
	for _, line := range lines {
		out = append(out, t.Picture.Render("│")+" "+Fit(line, width-boxSides)+" "+t.Picture.Render("│"))
	}
	return append(out, edge(t, "╰", "╯", foot, width))
}

// edge is a line of a frame with words in it.
func edge(t theme.Theme, from, to, words string, width int) string {
	if words != "" {
		words = " " + xansi.Truncate(words, max(0, width-6), "…") + " "
	}
	rule := strings.Repeat("─", max(0, width-3-xansi.StringWidth(words)))
	return t.Picture.Render(from+"─") + words + t.Picture.Render(rule+to)
}

// Rule is a line across the page with words in it.
func Rule(t theme.Theme, words string, width int) string { return edge(t, "─", "─", words, width) }

// Fold breaks lines of code that are too wide, at blanks where there are some.
// What goes on is marked at its end and stands further to the right.
func Fold(lines []string, width int) []string {
	const deeper = "    "
	var out []string
	for _, line := range lines {
		if xansi.StringWidth(line) <= width {
			out = append(out, line)
			continue
		}
		parts := strings.Split(lipgloss.Wrap(line, max(1, width-len(deeper)-1), ""), "\n")
		for i, part := range parts {
			if i > 0 {
				part = deeper + part
			}
			if i < len(parts)-1 {
				part = Fit(part, width-1) + "↩"
			}
			out = append(out, part)
		}
	}
	return out
}

// Callout sets lines apart from the text around them, under a title.
func Callout(t theme.Theme, title string, lines []string) []string {
	return prefix(t.Picture.Render("▌")+" ", append([]string{t.Heading.Render(title)}, lines...))
}

// CalloutBar is what the bar of a callout takes of the width.
const CalloutBar = 2

// Code is Go source as the lines of a box, without the margin that glamour
// gives it.
func (l *Look) Code(source string) []string {
	lines := l.Markdown.Go(source)
	if n := len(lines) - 1; n > 0 && xansi.Strip(lines[n]) == "" { // the styles of a comment in the last line
		lines = lines[:n]
	}
	for i, line := range lines {
		lines[i] = xansi.TruncateLeft(line, 2, "")
	}
	return lines
}
