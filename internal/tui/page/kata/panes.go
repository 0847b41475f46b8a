package kata

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/ui"
)

// From splitWidth on, that of a terminal of 110 columns without its margins,
// the results stand beside the brief or the hints.
const (
	splitWidth = 106
	between    = 3 // columns between the two
)

// split reports whether the results stand beside the brief or the hints.
func (p *Kata) split() bool {
	return p.width >= splitWidth && p.tab <= hintsTab
}

// leftWidth is the width of the brief beside the results.
func (p *Kata) leftWidth() int { return min(ui.MaxText, (p.width-between)*6/10) }

// Layout implements [page.Page].
func (p *Kata) Layout(width, height int) {
	p.width, p.top = width, 1
	if height > 12 {
		p.top = 2
	}
	p.height = height - p.top
	if !p.split() {
		p.layoutTab(p.tab, width, p.height)
		return
	}
	p.layoutTab(p.left, p.leftWidth(), p.height-1)
	p.layoutTab(resultsTab, width-between-p.leftWidth(), p.height-1)
}

// layoutTab draws a tab into its pager.
func (p *Kata) layoutTab(which tab, width, height int) {
	pager := &p.pagers[which]
	switch which {
	case briefTab:
		lines, finePrint := p.briefLines(width)
		pager.Set(lines, width, height)
		if p.toFinePrint {
			pager.ScrollTo(finePrint)
			p.toFinePrint = !p.env.Markdown.Complete()
		}
	case resultsTab:
		lines, keep := p.resultLines(width)
		pager.Set(lines, width, height)
		if p.results.cursor.At == 0 && keep.Last < height {
			keep.First = 0 // what stands above the list
		}
		switch {
		case p.results.fresh:
			pager.ScrollTo(0)
		case p.results.cursor.Moved:
			pager.Reveal(keep)
		}
		if p.env.Markdown.Complete() {
			p.results.fresh, p.results.cursor.Moved = false, false
		}
	case hintsTab:
		pager.Set(p.hintLines(width), width, height)
	case solutionsTab:
		pager.Set(p.solutions.lines(width), width, height)
	case attemptsTab:
		p.attempts.layout(pager, width, height)
	}
}

// View implements [page.Page].
func (p *Kata) View() string {
	out := make([]string, p.top, p.top+p.height)
	out[0] = p.tabLine()
	if !p.split() {
		return strings.Join(append(out, p.tabView(p.tab)), "\n")
	}
	left, right := p.pane(p.left, p.leftWidth()), p.pane(resultsTab, p.width-between-p.leftWidth())
	rule := p.env.Theme.Picture.Render(" │ ")
	for i := range p.height {
		out = append(out, ui.Fit(left[i], p.leftWidth())+rule+right[i])
	}
	return strings.Join(out, "\n")
}

// pane is a tab that stands beside another one: below it is a mark where it
// goes on.
func (p *Kata) pane(which tab, width int) []string {
	lines := strings.Split(p.tabView(which), "\n")
	for len(lines) < p.height-1 {
		lines = append(lines, "")
	}
	return append(lines[:p.height-1], p.moreLine(which, width))
}

func (p *Kata) tabView(which tab) string {
	if which == attemptsTab && p.attempts.listed() {
		return p.attempts.table.View()
	}
	return p.pagers[which].View()
}

// under is the tab at a column of the page.
func (p *Kata) under(x int) tab {
	switch {
	case !p.split():
		return p.tab
	case x < p.leftWidth()+between-1:
		return p.left
	}
	return resultsTab
}

// Wheel implements [page.Pointed].
func (p *Kata) Wheel(x, _, lines int) {
	which := p.under(x)
	if which == attemptsTab && p.attempts.listed() {
		p.attempts.move(lines)
		return
	}
	p.pagers[which].Scroll(lines)
}

// Click implements [page.Pointed].
func (p *Kata) Click(x, y int) tea.Cmd {
	if y == 0 {
		for i, end := range p.tabEnds {
			if x < end {
				return p.goTo(tab(i))
			}
		}
		return nil
	}
	line := y - p.top
	if line < 0 {
		return nil
	}
	which := p.under(x)
	switch {
	case which == resultsTab:
		p.tab = resultsTab
		p.results.click(p.pagers[resultsTab].Top() + line)
	case which == attemptsTab && p.attempts.listed():
		return p.attempts.click(line)
	case which != p.tab:
		return p.goTo(which)
	}
	return nil
}
