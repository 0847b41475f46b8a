package ui

import (
	"context"
	"fmt"
	"slices"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/workbook"
)

// Question asks one question of a round and shows what the answer deserves, on
// a page of its own ([Question.Layout]) or as lines of another one
// ([Question.Lines]).
type Question struct {
	Asked    *course.Question
	Round    *workbook.Round
	Feedback *workbook.Feedback // nil until it is answered
	Active   bool               // it takes the keys, so the cursor is shown
	Spaced   bool               // blank lines set the options apart

	look   *Look
	record func(func(context.Context) error) tea.Cmd
	order  []int // how the options are shown: indexes into Asked.Options
	cursor Cursor
	chosen []int           // indexes into Asked.Options, in the order of choosing
	input  textinput.Model // what is typed
	shown  bool            // the answer, though nobody gave one
	room   room
}

// NewQuestion asks the present question of a round. What is answered goes to
// record.
func NewQuestion(look *Look, r *workbook.Round, record func(func(context.Context) error) tea.Cmd) *Question {
	q := &Question{Asked: r.Question(), Round: r, Active: true, look: look, record: record, order: slices.Clone(r.Order()), input: newInput()}
	q.cursor.Moved = true
	return q
}

// newInput is a text field of one line.
func newInput() textinput.Model {
	input := textinput.New()
	input.Prompt = "> "
	input.CharLimit = 200
	styles := input.Styles()
	styles.Cursor.Blink = false
	input.SetStyles(styles)
	input.Focus()
	return input
}

// several reports whether more than one option is chosen before answering.
func (q *Question) several() bool {
	return q.Asked.Kind == course.Multi || q.Asked.Kind == course.Order
}

// Typing reports whether keys are the text of the answer now.
func (q *Question) Typing() bool { return q.Asked.Kind == course.Type && q.Feedback == nil }

// Type takes a key that is text, or what was pasted.
func (q *Question) Type(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	q.input, cmd = q.input.Update(msg)
	return cmd
}

// Actions are what keys do until the question is answered. One answers, and no
// other key does: the rest only chooses.
func (q *Question) Actions() []Action {
	answer := On(keymap.Commit, q.answer).Unless(!q.complete(), q.incomplete())
	if q.Typing() {
		return []Action{answer}
	}
	out := append([]Action{answer}, q.cursor.Moves(len(q.order), "option")...)
	if q.several() {
		choose := keymap.Choose
		if q.Asked.Kind == course.Order {
			choose = keymap.Does(choose, "put next")
		}
		out = append(out, On(choose, Do(func() {
			if q.seen() {
				q.toggle(q.cursor.At)
			}
		})))
	}
	for i := range q.order {
		out = append(out, On(keymap.Digit(i+1, fmt.Sprintf("option %d", i+1)), Do(func() { q.pick(i) })).Hushed())
	}
	return out
}

func (q *Question) complete() bool {
	switch q.Asked.Kind {
	case course.Order:
		return len(q.chosen) == len(q.order)
	case course.Multi:
		return len(q.chosen) > 0
	case course.Type:
		return q.input.Value() != ""
	default:
		return true // the cursor is the choice
	}
}

func (q *Question) incomplete() string {
	choose := keymap.Name(keymap.Choose)
	switch q.Asked.Kind {
	case course.Order:
		return fmt.Sprintf("Number all the items first, with %s or their digits.", choose)
	case course.Type:
		return "Type an answer first."
	default:
		return fmt.Sprintf("Choose with %s or a digit first.", choose)
	}
}

// pick goes to an option; where several are chosen, it chooses it too.
func (q *Question) pick(shown int) {
	q.cursor.At, q.cursor.Moved = shown, true
	if q.several() {
		q.toggle(shown)
	}
}

func (q *Question) toggle(shown int) {
	option := q.order[shown]
	if i := slices.Index(q.chosen, option); i >= 0 {
		q.chosen = slices.Delete(q.chosen, i, i+1)
	} else {
		q.chosen = append(q.chosen, option)
	}
}

// seen reports whether the option under the cursor is in sight. If it is not,
// because the wheel scrolled it away, it comes back and the key does no more.
func (q *Question) seen() bool {
	if q.room.scrolledAway(q.cursor.At) {
		q.cursor.Moved = true
		return false
	}
	return true
}

func (q *Question) answer() tea.Cmd {
	switch {
	case q.Asked.Kind == course.Type:
		q.chosen = q.Asked.Typed(q.input.Value())
	case !q.several():
		if !q.seen() {
			return nil
		}
		q.chosen = []int{q.order[q.cursor.At]}
	}
	f, save := q.Round.Answer(slices.Clone(q.chosen))
	q.Feedback = &f
	q.Follow()
	return q.record(save)
}

// Reveal shows the answer, which nobody gave and nothing records.
func (q *Question) Reveal() {
	q.chosen, q.shown = q.Asked.Answer(), true
	f, _ := q.Round.Answer(q.chosen)
	q.Feedback = &f
	q.Follow()
}
