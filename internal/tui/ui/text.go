package ui

import (
	"strings"

	"charm.land/lipgloss/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/tui/theme"
)

// Wrap breaks plain text into lines of at most width cells. It does not break
// at hyphens: --plain has to stay one word.
func Wrap(text string, width int) []string {
	const unbroken = "\u2011"
	text = xansi.Wrap(strings.ReplaceAll(text, "-", unbroken), max(width, 1), " ")
	return strings.Split(strings.ReplaceAll(text, unbroken, "-"), "\n")
}

// WrapText is [Wrap] for prose, which is no wider than [MaxText].
func WrapText(text string, width int) []string { return Wrap(text, min(width, MaxText)) }

// Paint gives each line the style. Styling before wrapping would leave a line
// with a style that runs into what is drawn after it.
func Paint(style lipgloss.Style, lines []string) []string {
	for i, line := range lines {
		lines[i] = style.Render(line)
	}
	return lines
}

// Indent puts a prefix before the first line and blanks of its width before
// the others.
func Indent(first string, lines []string) []string {
	out := make([]string, len(lines))
	blank := strings.Repeat(" ", xansi.StringWidth(first))
	for i, line := range lines {
		if i == 0 {
			out[i] = first + line
		} else {
			out[i] = blank + line
		}
	}
	return out
}

// Fit cuts or pads a line to exactly width cells.
func Fit(line string, width int) string {
	line = xansi.Truncate(line, width, "…")
	return line + strings.Repeat(" ", max(0, width-xansi.StringWidth(line)))
}

// Untab sets tabs at four columns.
func Untab(text string) string { return strings.ReplaceAll(text, "\t", "    ") }

// Path is a slash path, without its first folders where it would be wider.
func Path(path string, width int) string {
	for len(path) > width {
		_, rest, ok := strings.Cut(path, "/")
		if !ok {
			break
		}
		path = rest
	}
	return path
}

// OneLine is Markdown as plain words in one line.
func OneLine(markdown string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("`", "", "**", "").Replace(markdown)), " ")
}

// Widest is the width of the widest line.
func Widest(lines []string) int {
	n := 0
	for _, line := range lines {
		n = max(n, xansi.StringWidth(line))
	}
	return n
}

// Quote puts a bar of the style before each line of what a program said.
func Quote(style lipgloss.Style, text string) []string {
	return prefix(style.Render("│ "), strings.Split(Untab(text), "\n"))
}

func prefix(with string, lines []string) []string {
	for i, line := range lines {
		lines[i] = with + line
	}
	return lines
}

// Span is a run of lines, from the first to the last.
type Span struct{ First, Last int }

// Plus is the span n lines further down.
func (s Span) Plus(n int) Span { return Span{s.First + n, s.Last + n} }

// Verdict is the badge of a status.
func Verdict(t theme.Theme, s explain.Status) string {
	kind := theme.Neutral
	switch s {
	case explain.Pass:
		kind = theme.Positive
	case explain.Fail, explain.CompileError:
		kind = theme.Negative
	default:
	}
	return t.Badge(kind, strings.ToUpper(s.Word()))
}
