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

func (p *Kata) turn(by int) tea.Cmd {
	return p.goTo(tab((int(p.tab) + by + len(tabNames)) % len(tabNames)))
}

func (p *Kata) goTo(t tab) tea.Cmd {
	p.tab = t
	if t == briefTab || t == hintsTab {
		p.left = t
	}
	switch {
	case p.env.Workbook.InClone() != nil:
	case t == attemptsTab:
		return p.attempts.show("")
	case t == solutionsTab && p.solutions.mayShow():
		return p.solutions.compare(p.solutions.at)
	}
	return nil
}

// tabActions are what keys do with what is in sight.
func (p *Kata) tabActions() []ui.Action {
	pager, out := &p.pagers[p.tab], []ui.Action(nil)
	if p.tab == resultsTab || p.split() {
		out = p.results.behind()
	}
	switch p.tab {
	case resultsTab:
		out = slices.Concat(out, p.results.actions(), pager.Scrolling())
	case solutionsTab:
		out = append(p.solutions.actions(), pager.Scrolling()...)
	case attemptsTab:
		out = p.attempts.actions(pager)
	default:
		out = append(out, pager.Scrolling()...)
	}
	if p.tab == briefTab || p.split() && p.left == briefTab {
		does := "fine print"
		if p.finePrint {
			does = "fold the fine print"
		}
		out = append(out, ui.On(keymap.Does(keymap.FinePrint, does), ui.Do(p.turnFinePrint)))
	}
	return out
}

// turnFinePrint shows the fine print, from its first line, or folds it.
func (p *Kata) turnFinePrint() {
	p.finePrint, p.toFinePrint = !p.finePrint, !p.finePrint
}

// tabLine names the tabs. It keeps where each of them stands, for the mouse.
func (p *Kata) tabLine() string {
	t := p.env.Theme
	line, at := "", 0
	for i, name := range tabNames {
		label := p.tabLabel(tab(i), name)
		p.tabEnds[i] = at + xansi.StringWidth(label)
		line, at = line+label, p.tabEnds[i]
	}
	if at > p.width {
		p.tabEnds = [len(tabNames)]int{}
		return t.Cursor.Render(fmt.Sprintf("[%d %s]", p.tab+1, tabNames[p.tab])) + t.Dim.Render(" "+keymap.Name(keymap.NextTab)+": more")
	}
	return line
}

func (p *Kata) tabLabel(which tab, name string) string {
	t, label := p.env.Theme, fmt.Sprintf("%d %s", which+1, name)
	switch {
	case which == p.tab:
		return t.Cursor.Render("[" + label + "]")
	case p.split() && (which == p.left || which == resultsTab): // in sight as well
		return " " + label + " "
	}
	return t.Dim.Render(" " + label + " ")
}

// briefLines are what happened, what the code must do and, on request, the
// fine print, which begins at that line.
func (p *Kata) briefLines(width int) (out []string, finePrint int) {
	edit, run := keymap.Name(keymap.Edit), keymap.Name(keymap.Run)
	does, runs := "Repair", "runs the suite"
	if p.kata.AsksForATest() {
		does, runs = "Write", "tries it on code that is right and on code that is wrong"
	}
	text := fmt.Sprintf("%s %s: %s opens it, every save %s.", does, p.kata.Repaired(), edit, runs)
	if p.env.Workbook.InClone() != nil {
		text = "To work on it, run the workbook in a clone, or in a workspace that `leakproof init` makes."
	} else if p.unwatched {
		text = fmt.Sprintf("%s %s: %s opens it, %s %s.", does, p.kata.Repaired(), edit, run, runs)
	}
	prose := func(markdown string) []string { return p.env.Markdown.Prose(ui.FoldFences(markdown, width), width) }
	k := p.kata
	out = append(ui.Paint(p.env.Theme.Accent, ui.WrapText(text, width)), "")
	out = append(out, prose(k.Incident+"\n\n### Restore\n\n"+k.Restore+"\n\n### Keep\n\n"+k.Keep+"\n\n### Rules\n\n"+k.Rules)...)
	finePrint = len(out) + 1
	switch {
	case k.FinePrint == "":
		return out, finePrint
	case p.finePrint:
		return append(append(out, ""), prose("### Fine print\n\n"+k.FinePrint)...), finePrint
	}
	folded := fmt.Sprintf("▸ Fine print, for unusual repairs: %s shows it.", keymap.Name(keymap.FinePrint))
	return append(append(out, ""), ui.Paint(p.env.Theme.Accent, ui.WrapText(folded, width))...), finePrint
}

// resultLines are what is going on and the last verdict. Keep says which lines
// to keep in sight.
func (p *Kata) resultLines(width int) (out []string, keep ui.Span) {
	if lines := p.warmUp.Lines(p.env.Look, width); lines != nil {
		out = append(lines, "")
	}
	if judged := p.run.judgedLines(width); judged != nil {
		return append(out, judged...), keep
	}
	lines, keep := p.results.lines(width, p.run.running, p.run.line())
	if lines == nil {
		lines = []string{p.run.line()}
	}
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
		out = append(append(out, ""), ui.Diff(p.env.Look, diff, width, "the start", "one repair")...)
	}
	return out
}

// more marks that text goes on below.
const more = "more ↓"

// more reports whether a tab goes on below what is in sight.
func (p *Kata) more(which tab) bool {
	if which == attemptsTab && p.attempts.listed() {
		return false
	}
	return !p.pagers[which].AtEnd()
}

// moreLine is the last line of a pane that stands beside another one.
func (p *Kata) moreLine(which tab, width int) string {
	if !p.more(which) {
		return ""
	}
	return p.env.Theme.Dim.Render(strings.Repeat(" ", max(0, width-xansi.StringWidth(more))) + more)
}
