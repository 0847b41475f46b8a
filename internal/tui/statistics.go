package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/review"
	"example.com/leakproof/internal/workbook"
)

// statistics shows how far the learner is, and what was got wrong: to learn
// from, not to be compared.
type statistics struct {
	env    *env
	review review.Schedule
	pager  pager
}

func newStatistics(e *env) *statistics { return &statistics{env: e, review: e.wb.Review()} }

func (p *statistics) title() string          { return "Progress" }
func (p *statistics) status() string         { return "" }
func (p *statistics) init() tea.Cmd          { return nil }
func (p *statistics) update(tea.Msg) tea.Cmd { return nil }
func (p *statistics) close()                 {}
func (p *statistics) actions() []action      { return p.pager.scrolling() }

func (p *statistics) lines(width, height int) []string {
	t, wb := p.env.theme, p.env.wb
	var out []string
	for _, kind := range []struct {
		step workbook.StepKind
		text string
	}{
		{workbook.ReadStep, "Lessons read"}, {workbook.QuizStep, "Quizzes answered"}, {workbook.RepairStep, "Katas solved"},
	} {
		n := wb.Tally(kind.step)
		out = append(out, fmt.Sprintf("%-17s %2d of %2d, %d more begun", kind.text, n.Done, n.All, n.Started))
	}
	s := p.review
	out = append(out, "", t.title.Render("Misconceptions met and cleared"), "")
	if len(s.Beliefs) == 0 {
		out = append(out, wrap("None yet. A wrong answer or a failed test of a kata puts its misconception here.", min(width, maxText))...)
	}
	for _, tally := range s.Tallies() {
		out = append(out, fmt.Sprintf("%2d of %2d cleared  %s", tally.Cleared, tally.Met, tally.Lesson.Title))
	}
	for _, b := range s.Beliefs {
		if !b.Cleared {
			out = append(out, "")
			out = append(out, p.belief(b, width)...)
		}
	}
	p.pager.set(out, height)
	return p.pager.window()
}

func (p *statistics) belief(b review.Belief, width int) []string {
	t := p.env.theme
	width = min(width, maxText)
	out := indent(t.warn.Render("open")+"  ", p.env.pages.markdown(t, "“"+b.Says+"”", width-6))
	return append(out, indent("      ", p.env.pages.markdown(t, "What is so: "+b.Truth, width-6))...)
}
