// Package progress shows how far the learner is, and what was got wrong: to
// learn from, not to be compared.
package progress

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/review"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// Progress is the page of tallies and misconceptions.
type Progress struct {
	env    *page.Env
	asked  *ui.Task
	known  bool // the review is here
	review review.Schedule
	pager  ui.Pager
}

// New is the page of the learner's progress.
func New(e *page.Env) *Progress {
	p := &Progress{env: e}
	p.asked = ui.NewTask(e.Jobs, func(msg tea.Msg) tea.Cmd {
		p.known, p.review = true, msg.(review.Schedule)
		return nil
	})
	return p
}

// Title implements [page.Page].
func (p *Progress) Title() string { return "Progress" }

// Status implements [page.Page].
func (p *Progress) Status() string { return "" }

// Init implements [page.Page].
func (p *Progress) Init() tea.Cmd { return p.Resume() }

// Resume implements [page.Resumer].
func (p *Progress) Resume() tea.Cmd {
	return p.asked.Start(func(context.Context) tea.Msg { return p.env.Workbook.Review() })
}

// Update implements [page.Page].
func (p *Progress) Update(tea.Msg) tea.Cmd { return nil }

// Actions implements [page.Page].
func (p *Progress) Actions() []ui.Action { return p.pager.Scrolling() }

// Close implements [page.Page].
func (p *Progress) Close() { p.asked.Stop() }

// View implements [page.Page].
func (p *Progress) View() string { return p.pager.View() }

// Layout implements [page.Page].
func (p *Progress) Layout(width, height int) {
	t := p.env.Theme
	out := p.env.Workbook.Tallies()
	if p.known {
		out = append(out, "", t.Heading.Render("Misconceptions met and cleared"), "")
		if len(p.review.Beliefs) == 0 {
			out = append(out, ui.WrapText("None yet. A wrong answer or a failed test of a kata puts its misconception here.", width)...)
		}
		for _, tally := range p.review.Tallies() {
			out = append(out, fmt.Sprintf("%2d of %2d cleared  %s", tally.Cleared, tally.Met, tally.Lesson.Title))
		}
		for _, b := range p.review.Beliefs {
			if !b.Cleared {
				out = append(out, "")
				out = append(out, p.belief(b, width)...)
			}
		}
	}
	p.pager.Set(out, width, height)
}

func (p *Progress) belief(b review.Belief, width int) []string {
	out := ui.Indent(p.env.Theme.Warn.Render("open")+"  ", p.env.Markdown.Prose("“"+b.Says+"”", width-6))
	return append(out, ui.Indent("      ", p.env.Markdown.Prose(workbook.Truth(b.Truth), width-6))...)
}
