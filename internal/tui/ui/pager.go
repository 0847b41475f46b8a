package ui

import (
	"slices"

	"charm.land/bubbles/v2/viewport"

	"example.com/leakproof/internal/tui/keymap"
)

// Pager is a viewport over rendered lines that can keep some of them in sight.
type Pager struct {
	view   viewport.Model
	lines  []string
	marked marked
	turn   int // the line to go on at, after a screen was turned
	turned bool
}

// Set shows lines in a window of that size. It stays where it is, as far as
// that still exists, and does nothing where nothing has changed.
func (p *Pager) Set(lines []string, width, height int) {
	p.view.SetWidth(max(width, 1))
	p.view.SetHeight(max(height, 1))
	if !slices.Equal(lines, p.lines) {
		p.turned = p.turned && len(lines) == len(p.lines)
		p.lines, p.marked.stale = lines, true
		p.view.SetContentLines(lines)
	}
	p.view.SetYOffset(p.Top())
}

// Lines are what the pager shows a window of.
func (p *Pager) Lines() []string { return p.lines }

// Top is the first line in sight.
func (p *Pager) Top() int { return p.view.YOffset() }

// Height is the number of lines in sight.
func (p *Pager) Height() int { return max(p.view.Height(), 1) }

// ScrollTo shows the window that begins with a line.
func (p *Pager) ScrollTo(top int) {
	p.turned = false
	p.view.SetYOffset(top)
}

// ToTop shows the window from the first line on.
func (p *Pager) ToTop() { p.ScrollTo(0) }

// AtEnd reports whether nothing is left below the window.
func (p *Pager) AtEnd() bool { return p.view.AtBottom() }

// Fits reports whether all of it is in sight.
func (p *Pager) Fits() bool { return len(p.lines) <= p.Height() }

// More says in which directions the text goes on, and with which key.
func (p *Pager) More() string {
	switch {
	case !p.AtEnd():
		return "more ↓ " + keymap.Name(keymap.PageDown)
	case p.Top() > 0:
		return "more ↑ " + keymap.Name(keymap.PageUp)
	default:
		return ""
	}
}

// Hidden counts the spans of which nothing is in sight.
func (p *Pager) Hidden(spans []Span) int {
	n := 0
	for _, s := range spans {
		if s.Last < p.Top() || s.First >= p.Top()+p.Height() {
			n++
		}
	}
	return n
}

// PageDown goes on by a page.
func (p *Pager) PageDown() {
	last, top := p.Top()+p.Height()-1, p.Top()
	p.ScrollTo(p.Top() + p.page())
	p.turn, p.turned = last, p.Top() > top
}

// PageUp goes back by a page.
func (p *Pager) PageUp() {
	first := p.Top()
	p.ScrollTo(p.Top() - p.page())
	p.turn, p.turned = first, p.Top() < first
}

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

// View draws the window.
func (p *Pager) View() string { return p.highlighted(p.view.View()) }

// Turned is the line of the window at which the eye goes on after a screen was
// turned: the one that was the last of the screen before.
func (p *Pager) Turned() (line int, ok bool) {
	line = p.turn - p.Top()
	return line, p.turned && line >= 0 && line < p.Height()
}

// Scrolling are the keys that every page understands.
func (p *Pager) Scrolling() []Action {
	return append([]Action{
		On(keymap.LineUp, Do(func() { p.Scroll(-1) })).Hushed(),
		On(keymap.LineDown, Do(func() { p.Scroll(1) })).Hushed(),
	}, p.Paging()...)
}

// Paging are those of them that are free where the arrows move a cursor.
func (p *Pager) Paging() []Action {
	return []Action{
		On(keymap.PageUp, Do(p.PageUp)).Hushed(),
		On(keymap.PageDown, Do(p.PageDown)).Hushed(),
		On(keymap.Top, Do(func() { p.ScrollTo(0) })).Hushed(),
		On(keymap.Bottom, Do(func() { p.ScrollTo(len(p.lines)) })).Hushed(),
	}
}

// Turning are the page keys, where there is more than is in sight.
func (p *Pager) Turning() []Action {
	if p.Fits() {
		return nil
	}
	return []Action{
		On(keymap.PageUp, Do(p.PageUp)).Hushed(),
		On(keymap.PageDown, Do(p.PageDown)).Hushed(),
	}
}
