package ui

import (
	"regexp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/glamour/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/tui/theme"
)

// MaxText is the width beyond which lines of prose get hard to read.
const MaxText = 76

// Markdown keeps the Markdown that pages show, rendered once for each width
// and theme. Rendering takes milliseconds, so it happens off the event loop:
// what is asked for and not there yet is shown as it is written, and
// [Markdown.Pending] is the command that renders it. Only the event loop may
// call its methods.
type Markdown struct {
	theme    theme.Theme
	pages    map[pageKey][]string
	asked    map[pageKey]bool // being rendered
	missing  []pageKey        // asked for since the last Pending
	complete bool
}

type pageKey struct {
	text  string
	width int
	theme string
}

// RenderedMsg is Markdown that has been rendered.
type RenderedMsg struct{ pages map[pageKey][]string }

// NewMarkdown is an empty store that renders in the theme.
func NewMarkdown(t theme.Theme) *Markdown {
	return &Markdown{theme: t, pages: map[pageKey][]string{}, asked: map[pageKey]bool{}, complete: true}
}

// SetTheme changes how what is asked for from now on looks.
func (m *Markdown) SetTheme(t theme.Theme) { m.theme = t }

// Prose returns Markdown as lines of at most width cells.
func (m *Markdown) Prose(text string, width int) []string { return m.lines(m.prose(text, width)) }

// Go returns Go source with syntax colours, as wide as its lines are.
func (m *Markdown) Go(source string) []string { return m.lines(m.source(source)) }

// ProseAhead asks for prose that will be shown soon.
func (m *Markdown) ProseAhead(text string, width int) { m.ask(m.prose(text, width)) }

// GoAhead asks for source that will be shown soon.
func (m *Markdown) GoAhead(source string) { m.ask(m.source(source)) }

func (m *Markdown) prose(text string, width int) pageKey {
	return pageKey{text, max(1, min(width, MaxText)), m.theme.Name}
}

func (m *Markdown) source(source string) pageKey {
	return pageKey{goFence + Untab(source) + "\n```", 0, m.theme.Name}
}

const goFence = "```go\n"

func (m *Markdown) lines(k pageKey) []string {
	if lines, ok := m.pages[k]; ok {
		return slices.Clone(lines) // who gets them paints them
	}
	m.complete = false
	m.ask(k)
	return unrendered(k)
}

func (m *Markdown) ask(k pageKey) {
	if _, ok := m.pages[k]; !ok && !m.asked[k] {
		m.asked[k] = true
		m.missing = append(m.missing, k)
	}
}

// Begin marks the start of a drawing, Complete tells whether everything that
// the drawing asked for was there.
func (m *Markdown) Begin() { m.complete = true }

// Complete reports whether nothing has been missing since [Markdown.Begin].
func (m *Markdown) Complete() bool { return m.complete }

// Pending is the command that renders what is missing, nil if nothing is.
func (m *Markdown) Pending() tea.Cmd {
	if len(m.missing) == 0 {
		return nil
	}
	missing, t := m.missing, m.theme
	m.missing = nil
	return func() tea.Msg {
		pages := make(map[pageKey][]string, len(missing))
		for _, k := range missing {
			pages[k] = rendered(withGlamour, t, k)
		}
		return RenderedMsg{pages}
	}
}

// Take keeps what has been rendered.
func (m *Markdown) Take(msg RenderedMsg) {
	for k, lines := range msg.pages {
		m.pages[k] = lines
		delete(m.asked, k)
	}
}

// rendered is what draw makes of the text, glamour outside of tests. What
// cannot be drawn is shown as it is written: the learner loses the looks, not
// the words.
func rendered(draw func(theme.Theme, pageKey) (string, error), t theme.Theme, k pageKey) (lines []string) {
	defer func() {
		if recover() != nil {
			lines = unrendered(k)
		}
	}()
	out, err := draw(t, k)
	if err != nil {
		return unrendered(k)
	}
	return tidy(out, k.width)
}

func withGlamour(t theme.Theme, k pageKey) (string, error) {
	// A full stop may stand one cell beyond where glamour is told to break.
	r, err := glamour.NewTermRenderer(
		glamour.WithStyles(t.Markdown()), glamour.WithWordWrap(max(0, k.width-1)), glamour.WithChromaFormatter("terminal16m"),
	)
	if err != nil {
		return "", err
	}
	return r.Render(unbroken(k.text))
}

// blockStart is the start of a line that does not go on with the one above it.
var blockStart = regexp.MustCompile("^\\s*([-*+>#|]|\\d+[.)]\\s|```|$)")

// unbroken puts each paragraph on one line: glamour keeps the line breaks that
// the author of a list item made for the eye.
func unbroken(markdown string) string {
	var out strings.Builder
	fenced, open := false, false // in a fence; after a line that may go on
	for line := range strings.Lines(markdown) {
		line = strings.TrimRight(line, "\n")
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		switch {
		case open && !fenced && !blockStart.MatchString(line):
			out.WriteString(" " + strings.TrimLeft(line, " "))
			continue
		case out.Len() > 0:
			out.WriteString("\n")
		}
		out.WriteString(line)
		if fence {
			fenced = !fenced
		}
		open = !fence && strings.TrimSpace(line) != "" && !strings.HasPrefix(strings.TrimSpace(line), "#") && !strings.HasPrefix(line, "|")
	}
	return out.String()
}

// tidy takes off the blank lines around what glamour draws and the blanks
// with which it fills each line.
func tidy(out string, width int) []string {
	lines := strings.Split(out, "\n")
	for i, line := range lines {
		plain := strings.TrimRight(xansi.Strip(line), " ")
		line = xansi.Truncate(line, xansi.StringWidth(plain), "")
		if before, after, item := strings.Cut(line, theme.ItemMark); item {
			line = strings.TrimPrefix(before, strings.Repeat(" ", theme.ListIndent)) + after
		}
		if width > 0 {
			line = xansi.Truncate(line, width, "…")
		}
		lines[i] = line
	}
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// unrendered is the text without looks.
func unrendered(k pageKey) []string {
	if code, ok := strings.CutPrefix(k.text, goFence); ok {
		code = strings.TrimSuffix(code, "\n```")
		return prefix("  ", strings.Split(code, "\n"))
	}
	return Wrap(k.text, k.width)
}
