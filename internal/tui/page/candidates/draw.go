package candidates

import (
	"fmt"
	"strings"

	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// choices draws the list.
func (p *Candidates) choices(width int) (out []string, keep ui.Span) {
	t := p.env.Theme
	intro := "Somebody repaired the kata in each of these ways. Most are refused. Pick one, say what the suite will say, and it runs."
	if p.kata.AsksForATest() {
		intro = "Somebody wrote each of these tests. Most misjudge something. Pick one, say what, and it runs."
	}
	out = append(out, ui.WrapText(intro, width)...)
	out = append(out, "")
	p.spans = p.spans[:0]
	for i, v := range p.list {
		start := len(out)
		first := "  " + p.mark(v) + fmt.Sprintf(" %2d. ", i+1)
		if i == p.cursor.At {
			first = t.Cursor.Render("> ") + p.mark(v) + t.Cursor.Render(fmt.Sprintf(" %2d. ", i+1))
		}
		out = append(out, ui.Indent(first, p.env.Markdown.Prose(v.Summary, min(width, ui.MaxText)-xansi.StringWidth(first)))...)
		p.spans = append(p.spans, ui.Span{First: start, Last: len(out) - 1})
	}
	out = append(out, "", t.Dim.Render("✓ judged right   ✗ judged wrong   ○ not judged yet"))
	return out, p.spans[p.cursor.At]
}

// mark says whether a repair was judged, and how well.
func (p *Candidates) mark(v *course.Variant) string {
	t := p.env.Theme
	a, ok := p.env.Workbook.Log.State().Answered(course.NearMissID(p.kata, v), 1)
	switch {
	case !ok:
		return t.Dim.Render("○")
	case a.Right:
		return t.Good.Render("✓")
	}
	return t.Bad.Render("✗")
}

// judging draws the repair under judgement: its difference from the reference,
// the question and, once it ran, what the suite says.
func (p *Candidates) judging(width, height int) (out []string, keep ui.Span) {
	t, c := p.env.Theme, p.one
	out = append(out, p.env.Markdown.Prose("**"+strings.TrimRight(c.variant.Summary, ".")+".** Compared with the reference:", width)...)
	out = append(out, "")
	out = append(out, ui.Diff(p.env.Look, c.diff, width, "the reference", "this repair")...)
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

// verdict is what the suite said, and why.
func (p *Candidates) verdict(c *candidate, width int) []string {
	out := ui.Suite(p.env.Theme, p.kata, c.verdict, width)
	out = append(out, "")
	if why := c.variant.Why; why != "" {
		out = append(out, p.env.Markdown.Prose("**Why it is refused:** "+why, width)...)
		return append(out, p.env.Markdown.Prose(workbook.Truth(p.env.Workbook.Course.Misconceptions[c.variant.Misconception].Truth), width)...)
	}
	return append(out, p.env.Markdown.Prose(workbook.Trades(c.variant), width)...)
}
