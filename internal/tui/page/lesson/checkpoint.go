package lesson

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
)

// checkpoint is the first question of the section not answered right, or nil.
func (p *Lesson) checkpoint() *ui.Question {
	for _, b := range p.section().Blocks {
		if b.Kind != course.Checkpoint {
			continue
		}
		if q := p.asked[b.Question.ID]; q.Feedback == nil || !q.Feedback.Right {
			return q
		}
	}
	return nil
}

// answering gives the keys to the section's checkpoint, anew if it was missed.
func (p *Lesson) answering() tea.Cmd {
	p.focus = p.checkpoint()
	if p.focus.Feedback != nil {
		p.focus = ui.NewQuestion(p.env.Look, p.focus.Round, p.env.Record)
		p.asked[p.focus.Asked.ID] = p.focus
	}
	p.follow, p.whole = true, true
	return nil
}

func (p *Lesson) focusActions() []ui.Action {
	leave := ui.On(keymap.ToText, ui.Do(func() { p.focus = nil }))
	if f := p.focus.Feedback; f != nil {
		onward := ui.On(keymap.Does(keymap.Go, "read on"), ui.Do(func() { p.focus = nil }))
		if !f.Right {
			onward = ui.On(keymap.Does(keymap.Go, "try again"), p.answering)
		}
		out := []ui.Action{onward, leave}
		if file := p.focus.Asked.CodeFile; p.focus.Asked.Kind == course.Trace {
			out = append(out, ui.On(keymap.RunProgram, func() tea.Cmd {
				p.follow = true
				return p.programs.Run(file)
			}))
		}
		return append(out, p.pager.Scrolling()...)
	}
	actions := ui.Before(func() { p.follow = true }, p.focus.Actions())
	return append(append(actions, leave), p.pager.Paging()...)
}

// checkpointLines draws a question in the text.
func (p *Lesson) checkpointLines(asked *course.Question, width int) (lines []string, keep ui.Span) {
	t := p.env.Theme
	head, foot := "Checkpoint", ""
	q := p.asked[asked.ID]
	q.Active = q == p.focus
	enter := keymap.Name(keymap.Answer)
	if !q.Active && q.Feedback == nil {
		foot = fmt.Sprintf("%s answers it.", enter)
		if a, ok := p.env.Workbook.Log.State().Answered(asked.ID, asked.Revision); ok && a.Right {
			head, foot = "Checkpoint (answered before)", fmt.Sprintf("%s answers it again.", enter)
		}
	}
	body, keep := q.Lines(width)
	if out := p.programs.Lines(asked.CodeFile, width); q.Feedback != nil && out != nil {
		body = append(append(body, ""), out...)
		keep.Last = len(body) - 1
	}
	lines = append([]string{t.Accent.Render(head)}, body...)
	if foot != "" {
		lines = append(lines, "", t.Dim.Render(foot))
	}
	return lines, keep.Plus(1)
}
