package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"
)

// tab is one of the pages of a kata.
type tab int

const (
	briefTab tab = iota
	resultsTab
	hintsTab
	diffTab
	attemptsTab
)

var tabNames = [...]string{"Brief", "Results", "Hints", "Solutions", "Attempts"}

// From splitWidth on the results stand beside the brief and the hints. The left
// side takes the 72 columns of a log excerpt with its margins.
const (
	splitWidth = 118
	leftWidth  = 75
)

func (s *repair) turn(by int) tea.Cmd {
	return s.goTo(tab((int(s.tab) + by + len(tabNames)) % len(tabNames)))
}

func (s *repair) goTo(t tab) tea.Cmd {
	if t == diffTab && !s.diff.shown() && s.env.wb.InClone() == nil {
		return s.showDiff()
	}
	s.tab = t
	if t == attemptsTab && s.env.wb.InClone() == nil {
		return s.showAttempts("")
	}
	return nil
}

func (s *repair) lines(width, height int) []string {
	out := []string{s.tabLine(width)}
	height--
	if height > 12 {
		out = append(out, "")
		height--
	}
	if width < splitWidth || slices.Contains([]tab{resultsTab, diffTab, attemptsTab}, s.tab) {
		return append(out, s.page(s.tab, width, height)...)
	}
	left, right := leftWidth, width-3-leftWidth
	a, b := s.page(s.tab, left, height), s.page(resultsTab, right, height)
	for i := range height {
		l, r := "", ""
		if i < len(a) {
			l = a[i]
		}
		if i < len(b) {
			r = b[i]
		}
		out = append(out, fit(l, left)+s.env.theme.dim.Render(" │ ")+r)
	}
	return out
}

func (s *repair) tabLine(width int) string {
	t := s.env.theme
	var parts []string
	for i, name := range tabNames {
		label := fmt.Sprintf("%d %s", i+1, name)
		if tab(i) == s.tab {
			parts = append(parts, t.cursor.Render("["+label+"]"))
		} else {
			parts = append(parts, t.dim.Render(" "+label+" "))
		}
	}
	line := strings.Join(parts, "")
	if xansi.StringWidth(line) > width {
		return t.cursor.Render(fmt.Sprintf("[%d %s]", s.tab+1, tabNames[s.tab])) + t.dim.Render(" tab: more")
	}
	return line
}

func (s *repair) page(which tab, width, height int) []string {
	var lines []string
	t := s.env.theme
	md := func(text string) { lines = append(lines, s.env.pages.markdown(t, text, width)...) }
	reveal := [2]int{-1, -1}
	switch which {
	case briefTab:
		lines = append(lines, s.fileLines(width)...)
		md(s.kata.Incident + "\n\n### The contract\n\n" + s.kata.Contract + "\n\n### The rules\n\n" + s.kata.Rules)
	case resultsTab:
		if text := s.warming.text(); text != "" {
			lines = append(paint(t.accent, wrap(text+".", min(width, maxText))), "")
		}
		results, first, last := s.results.lines(s.env, width, s.running, s.busy)
		if first >= 0 {
			reveal = [2]int{len(lines) + first, len(lines) + last}
		}
		lines = append(lines, results...)
	case hintsTab:
		if s.hints == 0 {
			lines = wrap(fmt.Sprintf("%d hints, from a question to the shape of the code. Press h for the first one.", len(s.kata.Hints)), width)
		}
		for i, h := range s.kata.Hints[:s.hints] {
			md(fmt.Sprintf("### %d. %s\n\n%s", i+1, h.Title, h.Text))
			lines = append(lines, "")
		}
		if s.hints == len(s.kata.Hints) {
			lines = append(lines, s.env.partialDiff(s.kata, width)...)
		}
		if s.hints > 0 && s.hints < len(s.kata.Hints) {
			lines = append(lines, t.dim.Render("h shows the next one."))
		}
	case diffTab:
		lines = s.diff.lines(s.env, width)
	case attemptsTab:
		var at int
		if lines, at = s.attempts.lines(s.env, width); at >= 0 && s.attempts.follow {
			reveal, s.attempts.follow = [2]int{at, at}, false
		}
	}
	p := &s.pagers[which]
	p.set(lines, height)
	if which == s.tab && reveal[0] >= 0 && (which == attemptsTab || s.results.follow) {
		p.reveal(reveal[0], reveal[1])
		s.results.follow = false
	}
	return p.window()
}

func (s *repair) fileLines(width int) []string {
	t := s.env.theme
	text := "Repair " + s.kata.Path() + ": e opens it, every save runs the suite."
	if s.env.wb.InClone() != nil {
		text = "To repair it, run the workbook in a clone of the repository."
	} else if s.watchError != nil {
		text = "Repair " + s.kata.Path() + ": e opens it, r runs the suite."
	}
	var out []string
	for _, line := range wrap(text, min(width, maxText)) {
		out = append(out, t.accent.Render(line))
	}
	return append(out, "")
}
