package ui

import (
	"fmt"
	"slices"

	"example.com/leakproof/internal/course"
)

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
	case course.Type:
		if q.Asked.Program() != "" {
			return "Type what it prints:"
		}
		return "Type the answer:"
	default:
		return "Choose one:"
	}
}

// optionLines draws the options, or the field for what is typed.
func (q *Question) optionLines(width int) []string {
	r := &q.room
	r.spans = r.spans[:0]
	if q.Asked.Kind == course.Type {
		if !q.Active {
			return []string{q.look.Theme.Dim.Render("> ")}
		}
		q.input.SetWidth(max(1, width-4))
		return []string{q.input.View()}
	}
	var out []string
	for shown, option := range q.order {
		if q.Spaced && shown > 0 {
			out = append(out, "")
		}
		start := len(out)
		out = append(out, q.option(shown, option, width)...)
		r.spans = append(r.spans, Span{start, len(out) - 1})
	}
	return out
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
	box := fmt.Sprintf("%d. ", shown+1) + q.tick(option)
	text := q.text(option, width-len(sign)-len(box))
	out := Indent(sign+box, text)
	if q.pointed(shown) {
		out[0] = q.look.Theme.Cursor.Render(sign+box) + text[0]
	}
	return out
}

// tick shows what has been chosen, where several options are.
func (q *Question) tick(option int) string {
	at := slices.Index(q.chosen, option)
	switch {
	case q.Asked.Kind == course.Order && at >= 0:
		return fmt.Sprintf("(%d) ", at+1)
	case q.Asked.Kind == course.Order:
		return "( ) "
	case q.Asked.Kind == course.Multi && at >= 0:
		return "[x] "
	case q.Asked.Kind == course.Multi:
		return "[ ] "
	default:
		return ""
	}
}
