package kata

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// solutions compares the learner's file with the reference and with the other
// repairs that the suite accepts.
type solutions struct {
	page    *Kata
	task    *ui.Task
	at      int // index into variants
	known   bool
	diff    string // from the learner's file, once it is known
	allowed bool   // the learner solved the kata or asked to see it all the same
}

type comparedMsg struct {
	diff string
	err  error
}

func newSolutions(p *Kata) solutions {
	s := solutions{page: p}
	s.task = ui.NewTask(p.env.Jobs, func(msg tea.Msg) tea.Cmd {
		m := msg.(comparedMsg)
		p.solutions.known, p.solutions.diff = m.err == nil, m.diff
		return p.env.Warn(m.err)
	})
	return s
}

func (s *solutions) variants() []*course.Variant {
	k := s.page.kata
	return append([]*course.Variant{k.Variant("solution")}, k.Alternatives()...)
}

// showSolutions compares on the solutions' tab; before green it asks first.
func (p *Kata) showSolutions() tea.Cmd {
	show := func() tea.Cmd {
		p.solutions.allowed = true
		return p.goTo(solutionsTab)
	}
	if p.solutions.mayShow() {
		return show()
	}
	return p.env.Ask(workbook.NotSolved(p.kata), show)
}

// mayShow reports whether there is nothing to ask.
func (s *solutions) mayShow() bool {
	return s.allowed || s.page.env.Workbook.Log.State().KataSolved(s.page.kata.ID)
}

func (s *solutions) compare(at int) tea.Cmd {
	n := len(s.variants())
	s.at, s.known = (at+n)%n, false
	s.page.pagers[solutionsTab].ScrollTo(0)
	wb, k, v := s.page.env.Workbook, s.page.kata, s.variants()[s.at]
	return s.task.Start(func(context.Context) tea.Msg {
		diff, err := wb.Diff(k, v)
		return comparedMsg{diff, err}
	})
}

func (s *solutions) actions() []ui.Action {
	if !s.mayShow() {
		return nil
	}
	return []ui.Action{
		ui.On(keymap.NextDiff, func() tea.Cmd { return s.compare(s.at + 1) }),
		ui.On(keymap.PreviousDiff, func() tea.Cmd { return s.compare(s.at - 1) }).Hushed(),
	}
}

func (s *solutions) lines(width int) []string {
	if !s.mayShow() {
		return ui.WrapText(fmt.Sprintf("The reference and other good repairs wait here, to be compared with yours once the suite passes. %s shows them before that.",
			keymap.Name(keymap.Solutions)), width)
	}
	t, md := s.page.env.Theme, s.page.env.Markdown
	v := s.variants()[s.at]
	name, short := "The reference", "the reference"
	if v.ID != "solution" {
		short = strings.TrimPrefix(v.ID, "right-")
		name = "Another good repair: " + short
	}
	out := []string{t.Bold.Render(fmt.Sprintf("%d of %d  %s", s.at+1, len(s.variants()), name))}
	out = append(out, md.Prose(v.Summary, width)...)
	out = append(out, "")
	out = append(out, md.Prose(workbook.Trades(v), width)...)
	out = append(out, "")
	switch {
	case !s.known:
		return out
	case s.diff == "":
		return append(out, t.Good.Render(workbook.Same))
	}
	return append(out, ui.Diff(s.page.env.Look, s.diff, width, "yours", short)...)
}
