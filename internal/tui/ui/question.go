package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	sentence "example.com/leakproof/internal/text"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/workbook"
)

// Question asks one question of a round and shows what the answer deserves.
// The quiz fills the page with it; a lesson puts it into the text.
type Question struct {
	Asked    *course.Question
	Round    *workbook.Round
	Feedback *workbook.Feedback // nil until it is answered
	Active   bool               // it takes the keys, so the cursor is shown

	look   *Look
	record func(func(context.Context) error) tea.Cmd
	order  []int // how the options are shown: indexes into Asked.Options
	cursor Cursor
	chosen []int // indexes into Asked.Options, in the order of choosing
}

// NewQuestion asks the present question of a round. What is answered goes to
// record.
func NewQuestion(look *Look, r *workbook.Round, record func(func(context.Context) error) tea.Cmd) *Question {
	return &Question{Asked: r.Question(), Round: r, Active: true, look: look, record: record, order: slices.Clone(r.Order())}
}

// several reports whether more than one option is chosen before answering.
func (q *Question) several() bool {
	return q.Asked.Kind == course.Multi || q.Asked.Kind == course.Order
}

// Actions are what keys do until the question is answered.
func (q *Question) Actions() []Action {
	out := q.cursor.Moves(len(q.order), "option")
	if !q.several() {
		out = append(out, On(keymap.Pick, func() tea.Cmd {
			q.chosen = []int{q.order[q.cursor.At]}
			return q.answer()
		}))
	} else {
		choose := keymap.Choose
		if q.Asked.Kind == course.Order {
			choose = keymap.Does(choose, "put next")
		}
		out = append(out,
			On(choose, Do(func() { q.toggle(q.cursor.At) })),
			On(keymap.Commit, q.answer).Unless(!q.complete(), q.incomplete()))
	}
	for i := range q.order {
		out = append(out, On(keymap.Digit(i+1, fmt.Sprintf("option %d", i+1)), func() tea.Cmd { return q.number(i) }).Hushed())
	}
	return out
}

func (q *Question) complete() bool {
	if q.Asked.Kind == course.Order {
		return len(q.chosen) == len(q.order)
	}
	return len(q.chosen) > 0
}

func (q *Question) incomplete() string {
	choose := keymap.Name(keymap.Choose)
	if q.Asked.Kind == course.Order {
		return fmt.Sprintf("Number all the items first, with %s or their digits.", choose)
	}
	return fmt.Sprintf("Choose with %s or a digit first.", choose)
}

// number takes a digit: it answers where one option is right, else it chooses.
func (q *Question) number(i int) tea.Cmd {
	q.cursor.At = i
	if !q.several() {
		q.chosen = []int{q.order[i]}
		return q.answer()
	}
	q.toggle(i)
	return nil
}

func (q *Question) toggle(shown int) {
	option := q.order[shown]
	if i := slices.Index(q.chosen, option); i >= 0 {
		q.chosen = slices.Delete(q.chosen, i, i+1)
	} else {
		q.chosen = append(q.chosen, option)
	}
}

func (q *Question) answer() tea.Cmd {
	f, save := q.Round.Answer(slices.Clone(q.chosen))
	q.Feedback = &f
	return q.record(save)
}

// Lines draws the question. Keep says which lines to keep in sight: the option
// under the cursor or, after the answer, what it deserves.
func (q *Question) Lines(width int) (out []string, keep Span) {
	t := q.look.Theme
	out = append(out, q.look.Markdown.Prose(q.Asked.Stem, width)...)
	out = append(out, "")
	if q.Asked.Code != "" {
		for i, line := range q.look.Markdown.Go(q.Asked.Code) { // spot questions need the numbers
			out = append(out, t.Dim.Render(fmt.Sprintf("%3d", i+1))+line)
		}
		out = append(out, "")
	}
	if q.Feedback == nil {
		out = append(out, t.Dim.Render(q.prompt()))
	}
	for i, option := range q.order {
		start := len(out)
		out = append(out, q.option(i, option, width)...)
		if i == q.cursor.At {
			keep = Span{start, len(out) - 1}
		}
	}
	if q.Feedback != nil {
		keep.First = len(out)
		out = append(out, "")
		out = append(out, q.verdict(width)...)
		keep.Last = len(out) - 1
	}
	return out, keep
}

func (q *Question) prompt() string {
	switch q.Asked.Kind {
	case course.Multi:
		return "Choose all that hold:"
	case course.Order:
		return "Choose them in order, the first one first:"
	case course.Trace:
		return "What does it print?"
	case course.Spot:
		return "Which line?"
	default:
		return "Choose one:"
	}
}

// pointed reports whether the cursor is to be seen on the option.
func (q *Question) pointed(shown int) bool {
	return q.Active && q.Feedback == nil && shown == q.cursor.At
}

func (q *Question) option(shown, option int, width int) []string {
	sign := "  "
	if q.pointed(shown) {
		sign = "> "
	}
	at := slices.Index(q.chosen, option)
	box := fmt.Sprintf("%d. ", shown+1)
	switch {
	case q.Asked.Kind == course.Order && at >= 0:
		box += fmt.Sprintf("(%d) ", at+1)
	case q.Asked.Kind == course.Order:
		box += "( ) "
	case q.Asked.Kind == course.Multi && at >= 0:
		box += "[x] "
	case q.Asked.Kind == course.Multi:
		box += "[ ] "
	case q.Feedback != nil && at >= 0:
		box += "* "
	}
	o := q.Asked.Options[option]
	var text []string
	switch q.Asked.Kind {
	case course.Trace:
		text = strings.Split(o.Text, "\n")
	case course.Spot:
		text = []string{fmt.Sprintf("line %d: %s", o.Line, o.Text)}
	default:
		text = q.look.Markdown.Prose(o.Text, width-len(sign)-len(box))
	}
	out := Indent(sign+box, text)
	if q.pointed(shown) {
		out[0] = q.look.Theme.Cursor.Render(sign+box) + text[0]
	}
	return out
}

func (q *Question) verdict(width int) []string {
	t, f := q.look.Theme, q.Feedback
	say := func(first, text string) []string { return Indent(first, q.look.Markdown.Prose(text, width-len(first))) }
	style := t.Bad
	if f.Right {
		style = t.Good
	}
	out := Paint(style, WrapText(f.Verdict(q.Round.ComesBack()), width))
	for _, r := range f.Reasons {
		if q.several() {
			out = append(out, say("  - ", sentence.Join("**"+firstLine(r.Option.Text)+"**", r.Option.Why))...)
		} else {
			out = append(out, say("  ", r.Option.Why)...)
		}
		if r.Truth != "" {
			out = append(out, say("  ", workbook.Truth(r.Truth))...)
		}
	}
	if f.Truth != "" {
		out = append(out, say("  ", workbook.Truth(f.Truth))...)
	}
	if missing := f.StillMissing(); missing != "" {
		out = append(out, say("  ", missing)...)
	}
	if f.Explanation != "" {
		out = append(out, "")
		out = append(out, say("  ", f.Explanation)...)
	}
	return out
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
