package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
)

// diff compares the learner's file with the reference and with the other
// repairs that the suite accepts.
type diff struct {
	kata    *course.Kata
	variant int // index into variants
	text    string
	allowed bool // the learner solved the kata or asked to see it all the same
}

func (d *diff) variants() []*course.Variant {
	return append([]*course.Variant{d.kata.Variant("solution")}, d.kata.Alternatives()...)
}

func (d *diff) shown() bool { return d.allowed }

// showDiff opens the page; before green it asks first.
func (s *repair) showDiff() tea.Cmd {
	if s.diff.allowed || s.env.wb.Log.State().KataSolved(s.kata.ID) {
		s.diff.allowed = true
		s.tab = diffTab
		return s.compare(s.diff.variant)
	}
	return ask("The kata is not solved yet. Show the solutions all the same?", func() tea.Cmd {
		s.diff.allowed = true
		s.tab = diffTab
		return s.compare(s.diff.variant)
	})
}

func (s *repair) compare(variant int) tea.Cmd {
	s.diff.variant = variant
	text, err := s.env.wb.Diff(s.kata, s.diff.variants()[variant])
	s.diff.text = text
	s.pagers[diffTab].top = 0
	return warn(err)
}

func (d *diff) actions(s *repair) []action {
	n := len(d.variants())
	return []action{
		on(func() tea.Cmd { return s.compare((d.variant + 1) % n) }, "→", "next solution", "right", "l"),
		on(func() tea.Cmd { return s.compare((d.variant + n - 1) % n) }, "←", "previous solution", "left").hushed(),
	}
}

func (d *diff) lines(e *env, width int) []string {
	if !d.allowed {
		return wrap("The reference and other good repairs, compared with yours. Press d.", width)
	}
	t := e.theme
	v := d.variants()[d.variant]
	name := "The reference"
	if v.ID != "solution" {
		name = "Another good repair: " + strings.TrimPrefix(v.ID, "right-")
	}
	out := []string{t.bold.Render(fmt.Sprintf("%d of %d  %s", d.variant+1, len(d.variants()), name))}
	out = append(out, e.pages.markdown(t, v.Summary, width)...)
	out = append(out, "")
	out = append(out, e.pages.markdown(t, "What it trades: "+v.Trades, width)...)
	out = append(out, "")
	if d.text == "" {
		return append(out, t.good.Render("Yours is the same, word for word."))
	}
	return append(out, compareLines(t, d.text, width, "yours", v.ID)...)
}

// partialDiff is the part of a solution that stands below the last hint.
func (e *env) partialDiff(k *course.Kata, width int) []string {
	text := e.wb.PartialDiff(k)
	if text == "" {
		return nil
	}
	out := append(wrap("One repair begins like this:", width), "")
	return append(out, diffLines(e.theme, text)...)
}

// diffLines colours a unified diff.
func diffLines(t theme, text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "    ")
		switch {
		case strings.HasPrefix(line, "+"):
			line = t.good.Render(line)
		case strings.HasPrefix(line, "-"):
			line = t.bad.Render(line)
		case strings.HasPrefix(line, "@@"):
			line = t.accent.Render(line)
		}
		out = append(out, line)
	}
	return out
}
