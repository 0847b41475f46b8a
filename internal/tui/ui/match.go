package ui

import (
	"regexp"
	"strings"

	"charm.land/lipgloss/v2"
	xansi "github.com/charmbracelet/x/ansi"
)

// marked is a text that is marked in a pager. The viewport has highlights of its
// own, but it looks for the line breaks of plain text in styled text, so they
// end up in other lines.
type marked struct {
	text  string
	style lipgloss.Style
	stale bool // the pager's lines have changed since
	spots []spotOf
	of    int // matches
	shown int // the one that is shown
}

// spotOf is the part of a match that stands in one line, in cells.
type spotOf struct{ match, line, from, to int }

// Mark shows where a text stands, in any case and whatever the line breaks; ""
// marks nothing.
func (p *Pager) Mark(text string, style lipgloss.Style) {
	m := &p.marked
	if text == m.text && !m.stale {
		m.style = style
		return
	}
	if text != m.text {
		m.shown = 0
	}
	plain := xansi.Strip(strings.Join(p.lines, "\n"))
	found := Matches(p.lines, text)
	*m = marked{text: text, style: style, of: len(found), shown: max(0, min(m.shown, len(found)-1))}
	for i, match := range found {
		m.spots = append(m.spots, spots(plain, i, match[0], match[1])...)
	}
}

// Matches are the places of a text in lines, in bytes of the plain text.
func Matches(lines []string, text string) [][]int {
	words := strings.Fields(text)
	for i, w := range words {
		words[i] = regexp.QuoteMeta(w)
	}
	if len(words) == 0 {
		return nil
	}
	found := regexp.MustCompile("(?i)" + strings.Join(words, `\s+`))
	return found.FindAllStringIndex(xansi.Strip(strings.Join(lines, "\n")), -1)
}

// spots are the parts of a match, line by line.
func spots(plain string, match, from, to int) []spotOf {
	var out []spotOf
	line := strings.Count(plain[:from], "\n")
	start := strings.LastIndexByte(plain[:from], '\n') + 1
	for part := range strings.SplitSeq(plain[from:to], "\n") {
		before := xansi.StringWidth(plain[start:from])
		out = append(out, spotOf{match, line, before, before + xansi.StringWidth(part)})
		from += len(part) + 1
		start, line = from, line+1
	}
	return out
}

// Match is the match that is shown, from 0, and how many there are.
func (p *Pager) Match() (shown, of int) { return p.marked.shown, p.marked.of }

// ShowMatch shows a match, from 0. It reports false where there is none.
func (p *Pager) ShowMatch(n int) bool {
	for _, s := range p.marked.spots {
		if s.match != n {
			continue
		}
		p.marked.shown = n
		if s.line < p.Top() || s.line >= p.Top()+p.Height() {
			p.ScrollTo(s.line - 2)
		}
		return true
	}
	return false
}

// highlighted is the window with its matches, the one that is shown reversed.
func (p *Pager) highlighted(view string) string {
	if p.marked.of == 0 {
		return view
	}
	lines := strings.Split(view, "\n")
	for _, s := range p.marked.spots {
		at := s.line - p.Top()
		if at < 0 || at >= len(lines) {
			continue
		}
		style := p.marked.style
		if s.match == p.marked.shown {
			style = style.Reverse(true)
		}
		lines[at] = lipgloss.StyleRanges(lines[at], lipgloss.NewRange(s.from, s.to, style))
	}
	return strings.Join(lines, "\n")
}
