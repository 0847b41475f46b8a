// Package progress shows how far the learner is, and what was got wrong: to
// learn from, not to be compared.
package progress

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// Progress is the page of modules, days, katas and misconceptions.
type Progress struct {
	env    *page.Env
	asked  *ui.Task
	report *workbook.Report // nil until it is here
	pager  ui.Pager
}

// New is the page of the learner's progress.
func New(e *page.Env) *Progress {
	p := &Progress{env: e}
	p.asked = ui.NewTask(e.Jobs, func(msg tea.Msg) tea.Cmd {
		report := msg.(workbook.Report)
		p.report = &report
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
	return p.asked.Start(func(context.Context) tea.Msg { return p.env.Workbook.Report() })
}

// Update implements [page.Page].
func (p *Progress) Update(tea.Msg) tea.Cmd { return nil }

// Actions implements [page.Page].
func (p *Progress) Actions() []ui.Action {
	actions := p.pager.Scrolling()
	if p.report != nil {
		actions = append([]ui.Action{ui.On(keymap.CopyReport, p.copyReport)}, actions...)
	}
	return actions
}

func (p *Progress) copyReport() tea.Cmd {
	return tea.Batch(tea.SetClipboard(p.report.Markdown()),
		p.env.Notify("Your progress was sent to the clipboard as Markdown. Some terminals refuse that: `leakproof progress --markdown` prints it."))
}

// Close implements [page.Page].
func (p *Progress) Close() { p.asked.Stop() }

// View implements [page.Page].
func (p *Progress) View() string { return p.pager.View() }

// Wheel implements [page.Pointed].
func (p *Progress) Wheel(_, _, lines int) { p.pager.Scroll(lines) }

// Click implements [page.Pointed].
func (p *Progress) Click(int, int) tea.Cmd { return nil }

// Layout implements [page.Page].
func (p *Progress) Layout(width, height int) {
	var out []string
	if p.report != nil {
		out = p.draw(min(width, ui.MaxText))
	}
	p.pager.Set(out, width, height)
}
