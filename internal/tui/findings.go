package tui

import (
	"fmt"
	"slices"
	"strings"

	"example.com/leakproof/internal/explain"
)

// finding explains one thing that went wrong: a sentence, and below it the
// learner's own lines that it speaks of.
func (r *results) finding(e *env, f explain.Finding, width int) []string {
	t := e.theme
	out := paint(t.warn, wrap(f.Sentence(), width))
	shown := 0
	for i, place := range f.Places {
		same := slices.ContainsFunc(f.Places[:i], func(p explain.Place) bool { return p.File == place.File && p.Line == place.Line })
		if place.File != r.kata.Path() || same || shown == maxSnippets {
			continue
		}
		shown++
		out = append(out, r.snippet(t, place)...)
	}
	if f.Stack != "" {
		out = append(out, t.dim.Render("s shows the report behind it."))
	}
	return out
}

// maxSnippets is how many places of a finding are shown with their source.
const maxSnippets = 2

// snippet is the line of a place between its neighbours, with what happens
// there.
func (r *results) snippet(t theme, place explain.Place) []string {
	var out []string
	for n := place.Line - 1; n <= place.Line+1; n++ {
		if n < 1 || n > len(r.source) {
			continue
		}
		line := fmt.Sprintf("  %4d  %s", n, r.source[n-1])
		if n == place.Line {
			line = t.bold.Render(fmt.Sprintf("> %4d  %s", n, r.source[n-1])) + t.dim.Render("  // "+place.What)
		}
		out = append(out, line)
	}
	return out
}

// report is the raw report behind the selected test or, where there is none,
// behind the run: "" if nothing has one.
func (r *results) report() string {
	if r.verdict == nil {
		return ""
	}
	name := ""
	if test, ok := r.selected(); ok {
		name = test.Name
	}
	var parts []string
	for _, f := range append(explain.FindingsOf(r.verdict.Findings, name), explain.FindingsOf(r.verdict.Findings, "")...) {
		if f.Stack != "" && !slices.Contains(parts, f.Stack) {
			parts = append(parts, f.Stack)
		}
	}
	return strings.Join(parts, "\n\n")
}
