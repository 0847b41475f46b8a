package ui

import (
	"fmt"
	"slices"
	"strings"

	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui/theme"
	"example.com/leakproof/internal/workbook"
)

// verdict tells right from wrong at a glance: a badge and, for each option, a
// mark and its reason.
func (q *Question) verdict(width int) []string {
	t, f := q.look.Theme, q.Feedback
	badge := t.Badge(theme.Negative, f.Verdict())
	switch {
	case q.shown:
		badge = t.Badge(theme.Neutral, "The answer")
	case f.Right:
		badge = t.Badge(theme.Positive, f.Verdict())
	}
	out := []string{badge, ""}
	if meant := f.Meant(); meant != "" {
		out = append(append(out, q.look.Markdown.Prose(meant, width)...), "")
	}
	if q.Asked.Kind == course.Type && !q.shown {
		out = append(out, q.mark(f.Right)+"You typed: "+q.input.Value(), "")
	}
	for _, option := range q.explained() {
		out = append(out, q.explanation(option, width)...)
	}
	if f.Belief != nil {
		out = append(out, q.belief(f.Belief, width)...)
	}
	out = append(out, "")
	out = append(out, q.look.Markdown.Prose(f.Explanation(), width)...)
	if !f.Right && q.Round.ComesBack() {
		out = append(out, "", t.Dim.Render(workbook.ComesBack))
	}
	return out
}

// explained are the options to talk about, in their order: an order stands as
// it is right, and of what can be typed only the answer and what was typed.
func (q *Question) explained() []int {
	var out []int
	for _, option := range q.order {
		r := q.Feedback.Reasons[option]
		if q.Asked.Kind != course.Type || r.Right || r.Chosen {
			out = append(out, option)
		}
	}
	if q.Asked.Kind == course.Order {
		slices.Sort(out)
	}
	return out
}

// explanation is an option with its mark and its reason.
func (q *Question) explanation(option, width int) []string {
	r := q.Feedback.Reasons[option]
	mark := "  "
	if r.Right || r.Chosen {
		mark = q.mark(r.Right)
	}
	first := mark
	switch {
	case q.Asked.Kind == course.Order && !r.Right:
		first += fmt.Sprintf("%d. (yours: %d) ", option+1, slices.Index(q.chosen, option)+1)
	case q.Asked.Kind == course.Order:
		first += fmt.Sprintf("%d. ", option+1)
	case q.Asked.Kind == course.Type:
	default:
		first += fmt.Sprintf("%d. ", slices.Index(q.order, option)+1) + q.tick(option)
	}
	out := Indent(first, q.text(option, width-xansi.StringWidth(first)))
	why := q.look.Markdown.Prose(r.Option.Why, width-7)
	if !r.Right && !r.Chosen {
		why = Paint(q.look.Theme.Dim, why)
	}
	out = append(out, prefix("       ", why)...)
	if r.Belief != nil {
		out = append(out, q.belief(r.Belief, width)...)
	}
	return out
}

// mark says by a sign and its colour what is right.
func (q *Question) mark(right bool) string {
	if right {
		return q.look.Theme.Good.Render("✓") + " "
	}
	return q.look.Theme.Bad.Render("✗") + " "
}

// belief names the misconception behind a wrong choice and corrects it.
func (q *Question) belief(m *course.Misconception, width int) []string {
	says := q.look.Markdown.Prose(workbook.Believed(m), width-7-CalloutBar)
	truth := q.look.Markdown.Prose(workbook.Truth(m.Truth), width-7-CalloutBar)
	return prefix("       "+q.look.Theme.Picture.Render("▌")+" ", append(says, truth...))
}

// text is what an option says.
func (q *Question) text(option, width int) []string {
	o := q.Asked.Options[option]
	switch q.Asked.Kind {
	case course.Trace, course.Type:
		return strings.Split(o.Text, "\n")
	case course.Spot:
		return Wrap(fmt.Sprintf("line %d: %s", o.Line, o.Text), width)
	default:
		return q.look.Markdown.Prose(o.Text, width)
	}
}
