package tui

import (
	"fmt"
	"strings"
	"sync"

	"charm.land/glamour/v2"
	"charm.land/glamour/v2/ansi"
	"charm.land/glamour/v2/styles"
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
// jobs that render ahead; glamour's renderers are not, so each call makes one,
// which costs nothing.
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

func renderMarkdown(t theme, text string, width int) []string {
	r, err := glamour.NewTermRenderer(glamour.WithStyles(t.markdown()), glamour.WithWordWrap(width))
	if err == nil {
		text, err = r.Render(text)
	}
	lines := trimBlank(strings.Split(text, "\n"))
	if err != nil {
		lines = append([]string{fmt.Sprintf("(shown as it is: %v)", err)}, lines...)
	}
	for i, line := range lines {
		lines[i] = xansi.Truncate(strings.TrimRight(line, " "), width, "…")
	}
	return lines
}

// trimBlank drops the lines at both ends on which nothing is to be seen.
func trimBlank(lines []string) []string {
	blank := func(line string) bool { return strings.TrimSpace(xansi.Strip(line)) == "" }
	for len(lines) > 0 && blank(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && blank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// goCode renders Go source with syntax colours.
func (c *pageCache) goCode(t theme, source string, width int) []string {
	return c.markdown(t, "```go\n"+strings.ReplaceAll(source, "\t", "    ")+"\n```", width)
}

// markdown is the glamour style that fits the theme.
func (t theme) markdown() ansi.StyleConfig {
	s := styles.DarkStyleConfig
	syntax := "nord"
	if !t.dark {
		s, syntax = styles.LightStyleConfig, "friendly"
	}
	if !t.color {
		s, syntax = styles.NoTTYStyleConfig, ""
	}
	zero, two := uint(0), uint(2)
	s.Document.Margin, s.Document.BlockPrefix, s.Document.BlockSuffix = &zero, "", ""
	s.Document.Color = nil
	s.CodeBlock.Margin = &two
	// A theme given by name can change while the program runs; one given by
	// its colours is registered once for the process and then sticks.
	s.CodeBlock.Chroma, s.CodeBlock.Theme = nil, syntax
	s.H3.Prefix = ""
	bold := true
	s.H3.Bold = &bold
	s.Code.Prefix, s.Code.Suffix = "", ""
	if !t.color {
		s.Code.Prefix, s.Code.Suffix = "`", "`"
	}
	s.Code.BackgroundColor = nil
	return s
}

// wrap breaks plain text into lines of at most width cells. It does not break
// at hyphens: --plain has to stay one word.
func wrap(text string, width int) []string {
	const unbroken = "\u2011"
	text = xansi.Wrap(strings.ReplaceAll(text, "-", unbroken), max(width, 1), " ")
	return strings.Split(strings.ReplaceAll(text, unbroken, "-"), "\n")
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
