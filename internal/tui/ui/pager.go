package ui

import (
	"regexp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/viewport"
	"charm.land/lipgloss/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/tui/keymap"
)

// Pager is a viewport over rendered lines that can keep some of them in sight.
type Pager struct {
	view    viewport.Model
	lines   []string
	mark    string  // what is marked
	matches [][]int // where it stands in the text
	match   int     // the one that is shown
}

// Set shows lines in a window of that size. It stays where it is, as far as
// that still exists, and does nothing where nothing has changed.
func (p *Pager) Set(lines []string, width, height int) {
	p.view.SetWidth(max(width, 1))
	p.view.SetHeight(max(height, 1))
	if !slices.Equal(lines, p.lines) {
		p.lines, p.mark = lines, ""
		p.view.SetContentLines(lines)
	}
	p.ScrollTo(p.Top())
}

// Lines are what the pager shows a window of.
func (p *Pager) Lines() []string { return p.lines }

// Top is the first line in sight.
func (p *Pager) Top() int { return p.view.YOffset() }

// Height is the number of lines in sight.
func (p *Pager) Height() int { return max(p.view.Height(), 1) }

// ScrollTo shows the window that begins with a line.
func (p *Pager) ScrollTo(top int) { p.view.SetYOffset(top) }

// AtEnd reports whether nothing is left below the window.
func (p *Pager) AtEnd() bool { return p.view.AtBottom() }

// PageDown goes on by a page.
func (p *Pager) PageDown() { p.view.SetYOffset(p.Top() + p.page()) }

// page leaves one line in sight, to find the place again.
func (p *Pager) page() int { return max(1, p.Height()-1) }

// Scroll goes on by so many lines, or back.
func (p *Pager) Scroll(lines int) { p.ScrollTo(p.Top() + lines) }

// Reveal scrolls as little as it takes to show a span of lines.
func (p *Pager) Reveal(s Span) {
	if s.Last >= p.Top()+p.Height() {
		p.ScrollTo(s.Last - p.Height() + 1)
	}
	if s.First < p.Top() {
		p.ScrollTo(s.First)
	}
}

// Mark shows where a text stands, in any case; "" marks nothing.
func (p *Pager) Mark(text string, style lipgloss.Style) {
	if text == p.mark {
		return
	}
	p.mark, p.matches, p.match = text, nil, -1
	p.view.ClearHighlights()
	if text == "" {
		return
	}
	p.view.HighlightStyle, p.view.SelectedHighlightStyle = style, style
	found := regexp.MustCompile("(?i)" + regexp.QuoteMeta(text))
	p.matches = found.FindAllStringIndex(xansi.Strip(p.view.GetContent()), -1)
	top := p.Top()
	p.view.SetHighlights(p.matches)
	p.ScrollTo(top)
}

// RevealMatch shows the first match.
func (p *Pager) RevealMatch() {
	p.match = -1
	p.NextMatch()
}

// NextMatch shows the next match. It reports false where there is none.
func (p *Pager) NextMatch() bool {
	if p.match+1 >= len(p.matches) {
		return false
	}
	p.match++
	line := strings.Count(xansi.Strip(p.view.GetContent())[:p.matches[p.match][0]], "\n")
	if line < p.Top() || line >= p.Top()+p.Height() {
		p.ScrollTo(line - 2)
	}
	return true
}

// View draws the window.
func (p *Pager) View() string { return p.view.View() }

// Scrolling are the keys that every page understands.
func (p *Pager) Scrolling() []Action {
	return append([]Action{
		On(keymap.LineUp, Do(func() { p.view.ScrollUp(1) })).Hushed(),
		On(keymap.LineDown, Do(func() { p.view.ScrollDown(1) })).Hushed(),
	}, p.Paging()...)
}

// Paging are those of them that are free where the arrows move a cursor.
func (p *Pager) Paging() []Action {
	return []Action{
		On(keymap.PageUp, Do(func() { p.view.SetYOffset(p.Top() - p.page()) })).Hushed(),
		On(keymap.PageDown, Do(p.PageDown)).Hushed(),
		On(keymap.Top, Do(func() { p.view.GotoTop() })).Hushed(),
		On(keymap.Bottom, Do(func() { p.view.GotoBottom() })).Hushed(),
	}
}
