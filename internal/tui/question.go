package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/workbook"
)

// question asks one question of a round and shows what the answer deserves.
// The quiz fills the screen with it; the reader puts it into the text.
type question struct {
	env      *env
	round    *workbook.Round
	asked    *course.Question
	order    []int // how the options are shown: indexes into asked.Options
	cursor   int
	chosen   []int // indexes into asked.Options, in the order of choosing
	feedback *workbook.Feedback
	active   bool // it takes the keys, so the cursor is shown
}

func newQuestion(e *env, r *workbook.Round) *question {
	return &question{env: e, round: r, asked: r.Question(), order: slices.Clone(r.Order()), active: true}
}

// several reports whether more than one option is chosen before answering.
func (q *question) several() bool {
	return q.asked.Kind == course.Multi || q.asked.Kind == course.Order
}

// actions are what keys do until the question is answered.
func (q *question) actions() []action {
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			q.cursor = max(0, min(len(q.order)-1, q.cursor+by))
			return nil
		}
	}
	out := []action{
		on(move(-1), "up", "previous option", "up", "k").hushed(),
		on(move(1), "down", "next option", "down", "j").hushed(),
	}
	if !q.several() {
		out = append(out, on(func() tea.Cmd { q.chosen = []int{q.order[q.cursor]}; return q.answer() }, "enter", "answer", "enter", "space"))
	} else {
		out = append(out,
			on(func() tea.Cmd { q.toggle(q.cursor); return nil }, "space", q.toggleWord(), "space"),
			on(q.answer, "enter", "answer", "enter").unless(!q.complete(), q.incomplete()))
	}
	for i := range q.order {
		digit := fmt.Sprint(i + 1)
		out = append(out, on(func() tea.Cmd { return q.number(i) }, digit, "option "+digit, digit).hushed())
	}
	return out
}

func (q *question) toggleWord() string {
	if q.asked.Kind == course.Order {
		return "put next"
	}
	return "choose"
}

func (q *question) complete() bool {
	if q.asked.Kind == course.Order {
		return len(q.chosen) == len(q.order)
	}
	return len(q.chosen) > 0
}

func (q *question) incomplete() string {
	if q.asked.Kind == course.Order {
		return "number all the items first, with space or their digits"
	}
	return "choose with space or a digit first"
}

// number takes a digit: it answers where one option is right, else it chooses.
func (q *question) number(i int) tea.Cmd {
	q.cursor = i
	if !q.several() {
		q.chosen = []int{q.order[i]}
		return q.answer()
	}
	q.toggle(i)
	return nil
}

func (q *question) toggle(shown int) {
	option := q.order[shown]
	if i := slices.Index(q.chosen, option); i >= 0 {
		q.chosen = slices.Delete(q.chosen, i, i+1)
	} else {
		q.chosen = append(q.chosen, option)
	}
}

func (q *question) answer() tea.Cmd {
	f, err := q.round.Answer(q.env.ctx, slices.Clone(q.chosen))
	q.feedback = &f
	return q.env.recorded(err)
}

// lines draws the question; first and last are the lines to keep in sight:
// the option under the cursor or, after the answer, what it deserves.
func (q *question) lines(width int) (out []string, first, last int) {
	t := q.env.theme
	out = append(out, q.env.pages.markdown(t, q.asked.Stem, width)...)
	out = append(out, "")
	if q.asked.Code != "" {
		out = append(out, q.code(width)...)
		out = append(out, "")
	}
	if q.feedback == nil {
		out = append(out, t.dim.Render(q.prompt()))
	}
	for i, option := range q.order {
		start := len(out)
		out = append(out, q.option(i, option, width)...)
		if i == q.cursor {
			first, last = start, len(out)-1
		}
	}
	if q.feedback != nil {
		first = len(out)
		out = append(out, "")
		out = append(out, q.verdict(width)...)
		last = len(out) - 1
	}
	return out, first, last
}

func (q *question) prompt() string {
	switch q.asked.Kind {
	case course.Multi:
		return "Choose all that hold:"
	case course.Order:
		return "Choose them in order, the first one first:"
	case course.Trace:
		return "What does it print?"
	case course.Spot:
		return "Which line?"
	}
	return "Choose one:"
}

// code shows the program with line numbers, which spot questions need.
func (q *question) code(width int) []string {
	t := q.env.theme
	source := q.env.pages.goCode(t, q.asked.Code, width-5)
	out := make([]string, len(source))
	for i, line := range source {
		out[i] = t.dim.Render(fmt.Sprintf("%3d ", i+1)) + line
	}
	return out
}

// pointed reports whether the cursor is to be seen on the option.
func (q *question) pointed(shown int) bool {
	return q.active && q.feedback == nil && shown == q.cursor
}

func (q *question) option(shown, option int, width int) []string {
	t := q.env.theme
	sign := "  "
	if q.pointed(shown) {
		sign = "> "
	}
	at := slices.Index(q.chosen, option)
	box := fmt.Sprintf("%d. ", shown+1)
	switch {
	case q.asked.Kind == course.Order && at >= 0:
		box += fmt.Sprintf("(%d) ", at+1)
	case q.asked.Kind == course.Order:
		box += "( ) "
	case q.asked.Kind == course.Multi && at >= 0:
		box += "[x] "
	case q.asked.Kind == course.Multi:
		box += "[ ] "
	case q.feedback != nil && at >= 0:
		box += "* "
	}
	o := q.asked.Options[option]
	var text []string
	switch q.asked.Kind {
	case course.Trace:
		text = strings.Split(o.Text, "\n")
	case course.Spot:
		text = []string{fmt.Sprintf("line %d: %s", o.Line, o.Text)}
	default:
		text = q.env.pages.markdown(t, o.Text, width-len(sign)-len(box))
	}
	out := indent(sign+box, text)
	if q.pointed(shown) {
		out[0] = t.cursor.Render(sign+box) + text[0]
	}
	return out
}

func (q *question) verdict(width int) []string {
	t, f := q.env.theme, q.feedback
	say := func(text string) []string { return indent("  ", q.env.pages.markdown(t, text, width-2)) }
	var out []string
	if f.Right {
		out = append(out, t.good.Render("Right."))
	} else {
		out = append(out, t.bad.Render("Not yet."))
	}
	for _, r := range f.Reasons {
		if q.several() {
			out = append(out, indent("  - ", q.env.pages.markdown(t, "**"+firstLine(r.Option.Text)+"** "+r.Option.Why, width-4))...)
		} else {
			out = append(out, say(r.Option.Why)...)
		}
		if r.Truth != "" {
			out = append(out, say("What is so: "+r.Truth)...)
		}
	}
	if f.Truth != "" {
		out = append(out, say("The order is not right. What is so: "+f.Truth)...)
	}
	switch f.Missing {
	case 0:
	case 1:
		out = append(out, say("One more holds.")...)
	default:
		out = append(out, say(fmt.Sprintf("%d more hold.", f.Missing))...)
	}
	if f.Explanation != "" {
		out = append(out, "")
		out = append(out, say(f.Explanation)...)
	}
	return out
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
