package tui

import (
	"strings"
	"sync"

	"charm.land/lipgloss/v2"
	xansi "github.com/charmbracelet/x/ansi"
)

// maxText is the width beyond which lines of prose get hard to read.
const maxText = 84

type pageKey struct {
	text        string
	width       int
	dark, color bool
}

// pageCache keeps rendered Markdown. It is shared by the event loop and by the
// jobs that render ahead.
type pageCache struct {
	mu    sync.Mutex
	pages map[pageKey][]string
}

// markdown renders text to lines of at most width cells.
func (c *pageCache) markdown(t theme, text string, width int) []string {
	width = min(width, maxText)
	k := pageKey{text, width, t.dark, t.color}
	c.mu.Lock()
	lines, ok := c.pages[k]
	c.mu.Unlock()
	if ok {
		return lines
	}
	lines = renderMarkdown(t, text, width)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pages == nil {
		c.pages = map[pageKey][]string{}
	}
	c.pages[k] = lines
	return lines
}

// goCode renders Go source with syntax colours.
func (c *pageCache) goCode(t theme, source string, width int) []string {
	return c.markdown(t, "```go\n"+source+"\n```", width)
}

// wrap breaks plain text into lines of at most width cells. It does not break
// at hyphens: --plain has to stay one word.
func wrap(text string, width int) []string {
	const unbroken = "\u2011"
	text = xansi.Wrap(strings.ReplaceAll(text, "-", unbroken), max(width, 1), " ")
	return strings.Split(strings.ReplaceAll(text, unbroken, "-"), "\n")
}

// paint gives each line the style. Styling before wrapping would leave a line
// with a style that runs into what is drawn after it.
func paint(style lipgloss.Style, lines []string) []string {
	for i, line := range lines {
		lines[i] = style.Render(line)
	}
	return lines
}

// indent puts a prefix before the first line and blanks of its width before
// the others.
func indent(prefix string, lines []string) []string {
	out := make([]string, len(lines))
	blank := strings.Repeat(" ", xansi.StringWidth(prefix))
	for i, line := range lines {
		if i == 0 {
			out[i] = prefix + line
		} else {
			out[i] = blank + line
		}
	}
	return out
}

// fit cuts or pads a line to exactly width cells.
func fit(line string, width int) string {
	line = xansi.Truncate(line, width, "…")
	return line + strings.Repeat(" ", max(0, width-xansi.StringWidth(line)))
}
