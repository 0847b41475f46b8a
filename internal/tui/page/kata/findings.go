package kata

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
)

// finding explains one thing that went wrong: a sentence, and below it the
// learner's own lines that it speaks of.
func (r *results) finding(f explain.Finding, width int) []string {
	t := r.env.Theme
	out := ui.Paint(t.Warn, ui.WrapText(f.Sentence(), width))
	shown := 0
	for i, place := range f.Places {
		same := slices.ContainsFunc(f.Places[:i], func(p explain.Place) bool { return p.File == place.File && p.Line == place.Line })
		if path.Dir(place.File) != r.kata.Dir() || r.source[path.Base(place.File)] == nil || same || shown == maxSnippets {
			continue
		}
		shown++
		out = append(out, r.snippet(place, width)...)
	}
	if f.Stack != "" {
		out = append(out, t.Dim.Render(keymap.Name(keymap.Report)+" shows the report behind it."))
	}
	return out
}

// maxSnippets is how many places of a finding are shown with their source.
const maxSnippets = 2

// snippet is the line of a place between its neighbours, with what happens
// there.
func (r *results) snippet(place explain.Place, width int) []string {
	t := r.env.Theme
	source := r.source[path.Base(place.File)]
	var out []string
	if r.kata.Several() {
		out = append(out, "  "+t.Dim.Render(path.Base(place.File)))
	}
	for n := place.Line - 1; n <= place.Line+1; n++ {
		if n < 1 || n > len(source) {
			continue
		}
		sign, style, code := "  ", lipgloss.NewStyle(), source[n-1]
		if n == place.Line {
			sign, style, code = "> ", t.Bold, code+"  // "+place.What
		}
		number := t.Dim.Render(fmt.Sprintf("%4d  ", n))
		out = append(out, ui.Indent(sign+number, ui.Paint(style, ui.MarkedCode(code, width-len("> 1234  "))))...)
	}
	return out
}

// belief says what a failed test stands for, if it does not fail like another
// one, and, of the selected one, which keys lead there.
func (r *results) belief(test explain.Test, selected bool, width int) []string {
	var lines, keys []string
	if first := r.followers[test.Name]; first != "" {
		lines = ui.WrapText(explain.FailsLike(first), width)
	} else if purpose := r.kata.Behind(test.Name, test.Message); purpose != nil {
		m := r.env.Workbook.Course.Misconceptions[purpose.Misconception]
		lines = r.env.Markdown.Prose(explain.Behind(m.Says, m.Truth), width)
		keys = append(keys, fmt.Sprintf("%s reads “%s” in lesson %d", keymap.Name(keymap.Lesson), purpose.Section.Title, purpose.Lesson.Number))
	}
	if _, _, _, ok := r.kata.TestSource(test.Name); ok {
		what := "test"
		if r.kata.AsksForATest() {
			what = "code"
		}
		keys = append(keys, fmt.Sprintf("%s shows the %s", keymap.Name(keymap.Test), what))
	}
	if !selected || len(keys) == 0 {
		return lines
	}
	return append(lines, ui.Paint(r.env.Theme.Accent, ui.Wrap(strings.Join(keys, "; ")+".", width))...)
}
