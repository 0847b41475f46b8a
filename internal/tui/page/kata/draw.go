package kata

import (
	"fmt"
	"path"
	"strings"

	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// lines draws the verdict, and what is going on beside its badge. Keep says
// which lines hold the row under the cursor. While the suite runs, the old
// verdict stays but steps back.
func (r *results) lines(width int, running bool, doing string) (out []string, keep ui.Span) {
	if r.verdict == nil {
		return nil, keep
	}
	v, t := r.verdict.verdict, r.env.Theme
	out = append(r.headline(width, doing), "")
	top := len(out)
	r.spans = r.spans[:0]
	out = r.tests(out, width)
	if len(r.spans) > 0 {
		keep = r.spans[r.cursor.At]
		if r.unfold && r.rows()[r.cursor.At].fold {
			keep.Last = len(out) - 1
		}
	}
	if v.Detail != "" {
		if len(out) > top {
			out = append(out, "")
		}
		for line := range strings.Lines(v.Detail) {
			out = append(out, ui.Paint(t.Dim, ui.MarkedCode(ui.Untab(strings.TrimRight(line, "\n")), width))...)
		}
	}
	if running {
		for i, line := range out[1:] {
			out[i+1] = t.Dim.Faint(true).Render(xansi.Strip(line))
		}
	}
	return out, keep
}

// roomy is the width from which on a blank line is no waste.
const roomy = 40

// headline is the verdict as a whole.
func (r *results) headline(width int, doing string) []string {
	v, t := r.verdict.verdict, r.env.Theme
	beside := doing
	if beside == "" && r.verdict.since != "" {
		beside = t.Bold.Render(r.verdict.since)
	}
	out := []string{strings.TrimRight(ui.Verdict(t, v.Status)+"  "+beside, " ")}
	if width >= roomy {
		out = append(out, "")
	}
	out = append(out, ui.WrapText(v.Summary, width)...)
	if counts := r.counts(); counts != "" {
		out = append(out, ui.Paint(t.Dim, ui.WrapText(counts, width))...)
	}
	if r.known != nil {
		out = append(out, "")
		out = append(out, r.env.Markdown.Prose(explain.NearMiss(r.known.Summary, r.known.Why), width)...)
	}
	for _, note := range v.Notes {
		out = append(out, ui.Paint(t.Warn, ui.WrapText("Note: "+note, width))...)
	}
	for _, f := range explain.FindingsOf(v.Findings, "") {
		out = append(out, "")
		out = append(out, r.finding(f, width)...)
	}
	if v.Status == explain.Pass {
		out = append(out, "")
		out = append(out, r.green(width)...)
	}
	return out
}

// green is the moment after a pass: what it is worth, and where to go on.
func (r *results) green(width int) []string {
	t, md, g := r.env.Theme, r.env.Markdown, r.verdict.green
	heading := "You have just made this impossible"
	if r.kata.AsksForATest() {
		heading = "Your test would have stopped this"
	}
	out := []string{t.Heading.Render(heading)}
	for _, line := range md.Prose(g.Impossible, min(width, ui.MaxText)-2) {
		out = append(out, t.Picture.Render("│ ")+line)
	}
	out = append(append(out, ""), r.onward(width)...)
	out = append(out, "", t.Heading.Render("Beliefs that your code has left behind"))
	for _, belief := range g.Beliefs {
		out = append(out, ui.Indent(t.Dim.Render("• "), md.Prose(belief, min(width, ui.MaxText)-2))...)
	}
	return out
}

// counts says how many tests passed, how they ran and, of a pass, how many
// versions it took.
func (r *results) counts() string {
	v := r.verdict.verdict
	counts := explain.Counts(v.Tests, r.kata.AsksForATest(), v.Race, v.Elapsed)
	switch tries := r.verdict.green.Tries; {
	case counts == "":
		return ""
	case tries == 1:
		return counts + ". It is the first version that you tried."
	case tries > 1:
		return fmt.Sprintf("%s. You tried %d versions on the way.", counts, tries)
	}
	return counts + "."
}

// onward names the keys that go on from a pass.
func (r *results) onward(width int) []string {
	var out []string
	for _, way := range [][2]string{
		{keymap.Name(keymap.AlmostWorks), "what almost works: say why it fails, then run it"},
		{keymap.Name(keymap.Solutions), "compare yours with the reference and other good repairs"},
	} {
		out = append(out, ui.Indent(r.env.Theme.Accent.Render(way[0])+"  ", ui.WrapText(way[1], width-3))...)
	}
	if r.kata.Capstone {
		out = append(out, ui.WrapText("`"+workbook.PatternsCommand+"` prints what you wrote yourself on the way, point by point.", width)...)
	}
	return out
}

// margin is what stands before the text of an open test.
const margin = "      "

// tests draws the rows below what is drawn already.
func (r *results) tests(out []string, width int) []string {
	t := r.env.Theme
	draw := func(one row) {
		start := len(out)
		out = append(out, r.row(one, len(r.spans) == r.cursor.At, width)...)
		r.spans = append(r.spans, ui.Span{First: start, Last: len(out) - 1})
	}
	for i, group := range r.failed {
		if i > 0 && len(group)+len(r.failed[i-1]) > 2 {
			out = append(out, "")
		}
		if len(group) > 1 {
			out = append(out, t.Bold.Render(fmt.Sprintf("%d tests fail alike", len(group))))
		}
		for _, test := range group {
			draw(row{test: test})
		}
	}
	for _, test := range r.others {
		draw(row{test: test})
	}
	if len(r.passed) > 0 {
		if out[len(out)-1] != "" {
			out = append(out, "")
		}
		draw(row{fold: true})
	}
	if r.unfold {
		for _, test := range r.passed {
			draw(row{test: test})
		}
	}
	return out
}

func (r *results) row(one row, selected bool, width int) []string {
	t := r.env.Theme
	mark, name := t.Dim.Render("–"), one.test.Name
	switch {
	case one.fold:
		mark, name = t.Good.Render("✓"), workbook.Count(len(r.passed), "test")+" passed"
		if r.kata.AsksForATest() {
			name = fmt.Sprintf("%d judged rightly", len(r.passed))
		}
	case one.test.Status == explain.Pass:
		mark = t.Good.Render("✓")
	case one.test.Status == explain.Fail:
		mark = t.Bad.Render("✗")
	default:
		name += " has no result"
	}
	sign := "  "
	if selected {
		sign, name = t.Cursor.Render("> "), t.Cursor.Render(name)
	}
	opened, handle := r.open[one.test.Name], "▸"
	if opened || one.fold && r.unfold {
		handle = "▾"
	}
	out := []string{sign + t.Dim.Render(handle) + " " + mark + " " + name}
	if one.fold || !opened {
		return out
	}
	return append(out, ui.Indent(margin, r.inside(one.test, selected, width-len(margin)))...)
}

// inside is what an open test has to say.
func (r *results) inside(test explain.Test, selected bool, width int) []string {
	t, prose := r.env.Theme, min(width, ui.MaxText-len(margin))
	message := test.Message
	if message == "" {
		message = strings.TrimSpace(test.Output)
	}
	if message == "" {
		message = "It printed nothing."
	}
	var out []string
	for line := range strings.Lines(ui.Untab(message)) {
		out = append(out, ui.Wrap(strings.TrimRight(line, "\n"), prose)...)
	}
	if test.File != "" {
		place := fmt.Sprintf("%s:%d", test.File, test.Line)
		if xansi.StringWidth(place) > width {
			place = path.Base(place)
		}
		out = append(out, t.Dim.Render(place))
	}
	for _, f := range explain.FindingsOf(r.verdict.verdict.Findings, test.Name) {
		if r.followers[test.Name] != "" {
			break // they are shown with the test that it fails like
		}
		out = append(out, "")
		out = append(out, r.finding(f, width)...)
	}
	if belief := r.belief(test, selected, prose); test.Status == explain.Fail && belief != nil {
		out = append(append(out, ""), belief...)
	}
	return append(out, "")
}
