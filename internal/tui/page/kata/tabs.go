package kata

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// tab is one of the leaves of a kata's page.
type tab int

const (
	briefTab tab = iota
	resultsTab
	hintsTab
	solutionsTab
	attemptsTab
)

var tabNames = [...]string{"Brief", "Results", "Hints", "Solutions", "Attempts"}

// From splitWidth on the results stand beside the brief and the hints. The left
// side takes the 72 columns of a log excerpt with its margins.
const (
	splitWidth = 118
	leftWidth  = 75
)

func (p *Kata) turn(by int) tea.Cmd {
	return p.goTo(tab((int(p.tab) + by + len(tabNames)) % len(tabNames)))
}

func (p *Kata) goTo(t tab) tea.Cmd {
	if t == solutionsTab && !p.solutions.allowed && p.env.Workbook.InClone() == nil {
		return p.showSolutions()
	}
	p.tab = t
	if t == attemptsTab && p.env.Workbook.InClone() == nil {
		return p.attempts.show("")
	}
	return nil
}

// tabActions are what keys do on the open tab.
func (p *Kata) tabActions() []ui.Action {
	pager := &p.pagers[p.tab]
	switch p.tab {
	case resultsTab:
		if p.results.interactive() {
			return slices.Concat(p.results.behind(), p.results.moves(), pager.Paging())
		}
		return append(p.results.behind(), pager.Scrolling()...)
	case solutionsTab:
		return append(p.solutions.actions(), pager.Scrolling()...)
	case attemptsTab:
		return p.attempts.actions(pager)
	default:
		return pager.Scrolling()
	}
}

// split reports whether the results stand beside the open tab.
func (p *Kata) split() bool {
	return p.width >= splitWidth && (p.tab == briefTab || p.tab == hintsTab)
}

// Layout implements [page.Page].
func (p *Kata) Layout(width, height int) {
	p.width, p.height = width, height-1
	if p.height > 12 {
		p.height--
	}
	if p.split() {
		p.layoutTab(p.tab, leftWidth)
		p.layoutTab(resultsTab, width-3-leftWidth)
		return
	}
	p.layoutTab(p.tab, width)
}

// View implements [page.Page].
func (p *Kata) View() string {
	out := []string{p.tabLine()}
	if p.height > 11 {
		out = append(out, "")
	}
	if !p.split() {
		return strings.Join(append(out, p.tabView(p.tab)), "\n")
	}
	left, right := strings.Split(p.tabView(p.tab), "\n"), strings.Split(p.tabView(resultsTab), "\n")
	for i := range max(len(left), len(right)) {
		l, r := "", ""
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		out = append(out, ui.Fit(l, leftWidth)+p.env.Theme.Dim.Render(" │ ")+r)
	}
	return strings.Join(out, "\n")
}

func (p *Kata) tabLine() string {
	t := p.env.Theme
	var parts []string
	for i, name := range tabNames {
		label := fmt.Sprintf("%d %s", i+1, name)
		if tab(i) == p.tab {
			parts = append(parts, t.Cursor.Render("["+label+"]"))
		} else {
			parts = append(parts, t.Dim.Render(" "+label+" "))
		}
	}
	line := strings.Join(parts, "")
	if xansi.StringWidth(line) > p.width {
		return t.Cursor.Render(fmt.Sprintf("[%d %s]", p.tab+1, tabNames[p.tab])) + t.Dim.Render(" "+keymap.Name(keymap.NextTab)+": more")
	}
	return line
}

func (p *Kata) tabView(which tab) string {
	if which == attemptsTab && p.attempts.listed() {
		return p.attempts.table.View()
	}
	return p.pagers[which].View()
}

// layoutTab draws a tab into its pager.
func (p *Kata) layoutTab(which tab, width int) {
	pager := &p.pagers[which]
	switch which {
	case briefTab:
		pager.Set(p.briefLines(width), width, p.height)
	case resultsTab:
		lines, keep := p.resultLines(width)
		pager.Set(lines, width, p.height)
		if p.results.cursor.Moved {
			if keep.Last > 0 {
				pager.Reveal(keep)
			} else {
				pager.ScrollTo(0)
			}
			p.results.cursor.Moved = !p.env.Markdown.Complete()
		}
	case hintsTab:
		pager.Set(p.hintLines(width), width, p.height)
	case solutionsTab:
		pager.Set(p.solutions.lines(width), width, p.height)
	case attemptsTab:
		p.attempts.layout(pager, width, p.height)
	}
}

func (p *Kata) briefLines(width int) []string {
	edit, run := keymap.Name(keymap.Edit), keymap.Name(keymap.Run)
	text := fmt.Sprintf("Repair %s: %s opens it, every save runs the suite.", p.kata.Path(), edit)
	if p.env.Workbook.InClone() != nil {
		text = "To repair it, run the workbook in a clone of the repository."
	} else if p.unwatched {
		text = fmt.Sprintf("Repair %s: %s opens it, %s runs the suite.", p.kata.Path(), edit, run)
	}
	out := append(ui.Paint(p.env.Theme.Accent, ui.WrapText(text, width)), "")
	return append(out, p.env.Markdown.Prose(p.kata.Incident+"\n\n### Restore\n\n"+p.kata.Restore+"\n\n### Keep\n\n"+p.kata.Keep+"\n\n### Rules\n\n"+p.kata.Rules, width)...)
}

// resultLines are what is going on and the last verdict. Keep says which lines
// to keep in sight.
func (p *Kata) resultLines(width int) (out []string, keep ui.Span) {
	if lines := p.warmUp.Lines(p.env.Look, width); lines != nil {
		out = append(lines, "")
	}
	out = append(out, p.run.line())
	lines, keep := p.results.lines(width, p.run.running)
	if keep.Last > 0 {
		keep = keep.Plus(len(out))
	}
	return append(out, lines...), keep
}

func (p *Kata) hintLines(width int) []string {
	t, next := p.env.Theme, keymap.Name(keymap.Hint)
	if p.hints == 0 {
		return ui.WrapText(fmt.Sprintf("%d hints, from a question to the shape of the code. %s shows the first one.", len(p.kata.Hints), next), width)
	}
	var out []string
	for i, h := range p.kata.Hints[:p.hints] {
		out = append(out, p.env.Markdown.Prose(fmt.Sprintf("### %d. %s\n\n%s", i+1, h.Title, h.Text), width)...)
		out = append(out, "")
	}
	if p.hints < len(p.kata.Hints) {
		return append(out, t.Dim.Render(next+" shows the next one."))
	}
	if diff := p.env.Workbook.PartialDiff(p.kata); diff != "" {
		out = append(out, ui.WrapText(workbook.PartialRepair, width)...)
		out = append(append(out, ""), ui.Unified(t, diff)...)
	}
	return out
}
