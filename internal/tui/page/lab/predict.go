package lab

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// asking is a prediction that is asked for before a setting takes effect.
type asking struct {
	page       *Lab
	prediction *course.Prediction
	question   *ui.Question
}

// turnTo has a setting take a value, after the learner has said what that does
// where the lab asks for it.
func (p *Lab) turnTo(s *course.Setting, value int) tea.Cmd {
	if p.run.value(s.ID) == value {
		return nil
	}
	if ask := p.run.record.Asks(s.ID, value); ask != nil {
		round := p.env.Workbook.Ask(p.env.Shuffle, ask.Question)
		p.asking = &asking{page: p, prediction: ask, question: ui.NewQuestion(p.env.Look, round, p.env.Record)}
		return nil
	}
	return p.run.set(s.ID, value)
}

func (a *asking) actions() []ui.Action {
	answering := a.question.Actions()
	out := make([]ui.Action, 0, len(answering)+1)
	for _, action := range answering {
		do := action.Do
		action.Do = func() tea.Cmd {
			cmd := do()
			if a.question.Feedback == nil {
				return cmd
			}
			return tea.Batch(cmd, a.answered())
		}
		out = append(out, action)
	}
	out = append(out, a.question.Scrolling()...)
	return append(out, ui.On(keymap.NotNow, ui.Do(func() { a.page.asking = nil })))
}

// answered lets the setting take effect. What the answer deserves is told when
// the curve has shown it.
func (a *asking) answered() tea.Cmd {
	p := a.page
	reasons := a.question.Feedback.Reasons
	chosen := slices.IndexFunc(reasons, func(r workbook.Reason) bool { return r.Chosen })
	p.run.record.Predict(a.prediction, course.Shapes()[chosen])
	p.answered[a.prediction.ID] = a.question
	p.asking, p.outcomes = nil, p.run.record.Outcomes()
	return p.run.set(a.prediction.Before.Setting, a.prediction.Before.Value)
}

// outcome is the last prediction of this run and what became of it; nil before
// there is one.
func (p *Lab) outcome() *lab.Outcome {
	if len(p.outcomes) == 0 {
		return nil
	}
	return &p.outcomes[len(p.outcomes)-1]
}

// explain shows what the last answer deserves.
func (p *Lab) explain() {
	q := p.answered[p.outcome().Prediction.ID]
	q.Active = false
	q.Follow()
	p.explained = q
}

// outcomeLines say what was predicted and what happened.
func (p *Lab) outcomeLines(width int) []string {
	o := p.outcome()
	if o == nil {
		return nil
	}
	text := o.Sentence(p.lab)
	if o.Seen != "" {
		text += " " + keymap.Name(keymap.Explain) + " explains."
	}
	return ui.Indent(p.outcomeMark(o), ui.WrapText(text, width-2))
}

// outcomeLine is that in one line.
func (p *Lab) outcomeLine(width int) string {
	o := p.outcome()
	if o == nil {
		return ""
	}
	text := fmt.Sprintf("Predicted: %s.", lab.Does(o.Predicted))
	switch o.Seen {
	case "":
		text += " Watch what happens."
	case o.Predicted:
		text = fmt.Sprintf("%s explains. %s So it did.", keymap.Name(keymap.Explain), text)
	default:
		text = fmt.Sprintf("%s explains. %s But %s.", keymap.Name(keymap.Explain), text, lab.Did(o.Seen))
	}
	return ui.Fit(p.outcomeMark(o)+text, width)
}

func (p *Lab) outcomeMark(o *lab.Outcome) string {
	t := p.env.Theme
	switch o.Seen {
	case "":
		return t.Dim.Render("? ")
	case o.Predicted:
		return t.Good.Render("✓ ")
	default:
		return t.Bad.Render("✗ ")
	}
}
