package lab

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
)

// summary is the run in Markdown, as it was when asked for.
type summary struct {
	page *Lab
	task *ui.Task
	text string // to be written and copied
	here string // the same with plots as wide as the page
}

// besidePlot is what stands beside the columns of a plot: margins and the axis.
const besidePlot = 16

type writtenMsg struct {
	file string
	err  error
}

func newSummary(p *Lab) summary {
	s := summary{page: p}
	s.task = ui.NewTask(p.env.Jobs, func(msg tea.Msg) tea.Cmd {
		written := msg.(writtenMsg)
		if written.err != nil {
			return p.env.Warn(written.err)
		}
		return p.env.Notify("Written to " + written.file + ".")
	})
	return s
}

func (s *summary) make() tea.Cmd {
	p := s.page
	s.text = p.run.record.Summary(p.run.began, lab.PlotWidth)
	s.here = p.run.record.Summary(p.run.began, max(1, min(lab.PlotWidth, p.width-besidePlot)))
	p.pagers[summaryTab].ScrollTo(0)
	return nil
}

func (s *summary) actions() []ui.Action {
	none := s.page.run.samples == 0
	return append([]ui.Action{
		ui.On(keymap.WriteSummary, s.write).Unless(none, notYet),
		ui.On(keymap.CopyReport, s.copy).Unless(none, notYet),
	}, s.page.pagers[summaryTab].Scrolling()...)
}

func (s *summary) copy() tea.Cmd {
	return tea.Batch(tea.SetClipboard(s.text), s.page.env.Notify("The summary was sent to the clipboard as Markdown."))
}

func (s *summary) write() tea.Cmd {
	wb, l, text := s.page.env.Workbook, s.page.lab, s.text
	return s.task.Start(func(context.Context) tea.Msg {
		file, err := wb.WriteSummary(l, text)
		return writtenMsg{file, err}
	})
}

func (s *summary) lines(width int) []string {
	p := s.page
	if p.run.samples == 0 {
		if lines := p.building(min(width, ui.MaxText)); lines != nil {
			return lines
		}
		return ui.WrapText("Nothing was measured.", width)
	}
	head := fmt.Sprintf("%s writes this to a file, %s copies it.", keymap.Name(keymap.WriteSummary), keymap.Name(keymap.CopyReport))
	if !p.run.ended {
		head = "The run so far. " + head
	} else {
		head = fmt.Sprintf("The run has ended: %s runs it again. ", keymap.Name(keymap.RunAgain)) + head
	}
	out := append(ui.Paint(p.env.Theme.Accent, ui.WrapText(head, width)), "")
	return append(out, p.env.Markdown.Prose(ui.FoldFences(s.here, width), width)...)
}
