package candidates

import (
	"strings"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// choices draws the list.
func (p *Candidates) choices(width int) (out []string, keep ui.Span) {
	t := p.env.Theme
	out = append(out, ui.WrapText("Somebody repaired the kata in each of these ways. Most are refused. Pick one, say what the suite will say, and it runs.", width)...)
	out = append(out, "")
	for i, v := range p.list {
		sign, box, start := "  ", "[ ] ", len(out)
		if a, ok := p.env.Workbook.Log.State().Answered(course.NearMissID(p.kata, v), 1); ok {
			if box = "[~] "; a.Right {
				box = "[x] "
			}
		}
		if i == p.cursor.At {
			sign = t.Cursor.Render("> ")
		}
		out = append(out, ui.Indent(sign+box, p.env.Markdown.Prose(v.Summary, min(width, ui.MaxText)-6))...)
		if i == p.cursor.At {
			keep = ui.Span{First: start, Last: len(out) - 1}
		}
	}
	return out, keep
}

// judging draws the repair under judgement: its difference from the reference,
// the question and, once it ran, what the suite says.
func (p *Candidates) judging(width, height int) (out []string, keep ui.Span) {
	t, c := p.env.Theme, p.one
	out = append(out, p.env.Markdown.Prose("**"+strings.TrimRight(c.variant.Summary, ".")+".** Compared with the reference:", width)...)
	out = append(out, "")
	out = append(out, ui.Unified(t, c.diff)...)
	out = append(out, "")

	shown := *c.question
	if c.running { // what the answer deserves comes from the suite
		shown.Feedback, shown.Active = nil, false
	}
	body, keep := shown.Lines(width)
	keep = keep.Plus(len(out))
	out = append(out, body...)
	if c.running {
		keep.First = len(out)
		out = append(out, "", t.Accent.Render("Running the suite against it."))
		keep.Last = len(out) - 1
	}
	if c.verdict != nil {
		out = append(append(out, ""), p.verdict(c, width)...)
		keep.Last = max(keep.Last, min(len(out)-1, keep.First+height-1))
	}
	return out, keep
}

// verdict is what the suite said: each test that refused the repair.
func (p *Candidates) verdict(c *candidate, width int) []string {
	t, v := p.env.Theme, c.verdict
	style := t.Bad
	if v.Status == explain.Pass {
		style = t.Good
	}
	out := []string{"The suite: " + style.Render(ui.StatusWord(v.Status)) + "  " + t.Dim.Render(explain.Counts(v.Tests, v.Race, v.Elapsed))}
	for _, test := range v.Tests {
		if test.Status != explain.Fail {
			continue
		}
		out = append(out, t.Bad.Render("FAIL")+" "+test.Name)
		for line := range strings.Lines(ui.Untab(test.Message)) {
			out = append(out, ui.Indent("     ", ui.Wrap(strings.TrimRight(line, "\n"), width-5))...)
		}
	}
	if v.Status != explain.Pass && v.Status != explain.Fail {
		out = append(out, ui.WrapText(v.Summary, width)...)
	}
	out = append(out, "")
	if why := c.variant.Why; why != "" {
		out = append(out, p.env.Markdown.Prose("**Why it is refused:** "+why, width)...)
		return append(out, p.env.Markdown.Prose(workbook.Truth(p.env.Workbook.Course.Misconceptions[c.variant.Misconception].Truth), width)...)
	}
	return append(out, p.env.Markdown.Prose(workbook.Trades(c.variant), width)...)
}
