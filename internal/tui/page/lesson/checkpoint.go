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
		if q := p.question(b.Question); q.Feedback == nil || !q.Feedback.Right {
			return q
		}
	}
	return nil
}

// question is the question of a checkpoint, as far as it got.
func (p *Lesson) question(asked *course.Question) *ui.Question {
	if p.asked[asked.ID] == nil {
		p.asked[asked.ID] = ui.NewQuestion(p.env.Look, p.env.Workbook.Ask(p.env.Shuffle, asked), p.env.Record)
	}
	return p.asked[asked.ID]
}

// answering gives the page to a checkpoint, anew if it was missed.
func (p *Lesson) answering(q *ui.Question) tea.Cmd {
	if q.Feedback != nil {
		q = ui.NewQuestion(p.env.Look, q.Round, p.env.Record)
		p.asked[q.Asked.ID] = q
	}
	p.focus, p.about = q, q.Asked.ID
	return nil
}

// toText goes back to the text, where the checkpoint stands.
func (p *Lesson) toText() { p.focus, p.follow = nil, true }

func (p *Lesson) focusActions() []ui.Action {
	leave := ui.On(keymap.ToText, ui.Do(p.toText))
	f := p.focus.Feedback
	if f == nil {
		return append(append(p.focus.Actions(), p.focus.Scrolling()...), leave)
	}
	onward := ui.On(keymap.Does(keymap.Go, "read on"), ui.Do(p.toText))
	if !f.Right {
		onward = ui.On(keymap.Does(keymap.Go, "try again"), func() tea.Cmd { return p.answering(p.focus) })
	}
	out := []ui.Action{onward, leave}
	if file := p.focus.Asked.Program(); file != "" {
		out = append(out, ui.On(keymap.RunProgram, func() tea.Cmd {
			p.focus.Follow()
			return p.programs.Run(file)
		}))
	}
	return append(out, p.focus.Scrolling()...)
}

// layoutFocus gives the page to the checkpoint.
func (p *Lesson) layoutFocus(width, height int) {
	var foot []string
	if p.focus.Feedback != nil {
		foot = p.programs.Lines(p.focus.Asked.Program(), width)
	}
	p.focus.Active = true
	p.focus.Layout(width, height, nil, foot)
}

// checkpointLines draws a question in the text.
func (p *Lesson) checkpointLines(asked *course.Question, width int) []string {
	t := p.env.Theme
	head, foot := "Checkpoint", ""
	q := p.question(asked)
	q.Active = false
	enter := keymap.Name(keymap.Answer)
	if q.Feedback == nil {
		foot = fmt.Sprintf("%s answers it.", enter)
		if a, ok := p.env.Workbook.Log.State().Answered(asked.ID, asked.Revision); ok && a.Right {
			head, foot = "Checkpoint (answered before)", fmt.Sprintf("%s answers it again.", enter)
		}
	}
	body, _ := q.Lines(min(width, ui.MaxText) - ui.CalloutBar)
	if out := p.programs.Lines(asked.Program(), width-ui.CalloutBar); q.Feedback != nil && out != nil {
		body = append(append(body, ""), out...)
	}
	if foot != "" {
		body = append(body, "", t.Accent.Render(foot))
	}
	return ui.Callout(t, head, body)
}
