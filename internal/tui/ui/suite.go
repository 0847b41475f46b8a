package ui

import (
	"strings"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/tui/theme"
	"example.com/leakproof/internal/workbook"
)

// Suite is what the suite said to a repair that is not the learner's: each test
// that refused it, once for each reason.
func Suite(t theme.Theme, k *course.Kata, v *grade.Verdict, width int) []string {
	out := []string{"The suite: " + Verdict(t, v.Status)}
	out = append(out, Paint(t.Dim, WrapText(explain.Counts(v.Tests, k.AsksForATest(), v.Race, v.Elapsed), width))...)
	for _, group := range explain.Alike(v.Tests, v.Findings) {
		name := group[0].Name
		if more := len(group) - 1; more > 0 {
			name += " and " + workbook.Count(more, "other test")
		}
		out = append(out, t.Bad.Render("✗")+" "+name)
		for line := range strings.Lines(Untab(group[0].Message)) {
			out = append(out, Indent("  ", WrapText(strings.TrimRight(line, "\n"), width-2))...)
		}
	}
	if v.Status != explain.Pass && v.Status != explain.Fail {
		out = append(out, WrapText(v.Summary, width)...)
	}
	return out
}
