package tui

import (
	"fmt"
	"path"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
)

// results shows the last verdict, test by test.
type results struct {
	kata    *course.Kata
	verdict *grade.Verdict
	known   *course.Variant // the near miss that the verdict looks like, or nil
	source  []string        // the learner's file as it was graded
	cursor  int
	open    map[string]bool
	follow  bool
}

// take shows a new verdict with its first failure opened.
func (r *results) take(v grade.Verdict, source string) {
	r.source = strings.Split(strings.ReplaceAll(source, "\t", "    "), "\n")
	r.known = r.kata.Recognise(explain.Pattern(v.Status, v.Tests))
	r.verdict, r.cursor, r.open, r.follow = &v, 0, map[string]bool{}, true
	for i, test := range v.Tests {
		if test.Status == explain.Fail {
			r.cursor = i
			r.open[test.Name] = true
			return
		}
	}
}

func (r *results) interactive() bool { return r.verdict != nil && len(r.verdict.Tests) > 0 }

// selected is the test under the cursor.
func (r *results) selected() (test explain.Test, ok bool) {
	if !r.interactive() {
		return explain.Test{}, false
	}
	return r.verdict.Tests[r.cursor], true
}

func (r *results) actions() []action {
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			r.cursor = max(0, min(len(r.verdict.Tests)-1, r.cursor+by))
			r.follow = true
			return nil
		}
	}
	return []action{
		on(move(-1), "up", "previous test", "up", "k").hushed(),
		on(move(1), "down", "next test", "down", "j").hushed(),
		on(func() tea.Cmd {
			name := r.verdict.Tests[r.cursor].Name
			r.open[name] = !r.open[name]
			r.follow = true
			return nil
		}, "enter", "open test", "enter").hushed(),
	}
}

// word says a status as a person would, in capitals.
func word(s explain.Status) string { return strings.ToUpper(s.Word()) }

func (r *results) lines(e *env, width int, running bool, busy time.Duration) (out []string, first, last int) {
	t := e.theme
	first, last = -1, -1
	if running {
		text := ""
		if busy > 0 {
			text = fmt.Sprintf("Running the suite: %.1f s", busy.Seconds())
		}
		out = append(out, indent("", paint(t.accent, wrap(text, width)))...)
	} else {
		out = append(out, "")
	}
	v := r.verdict
	if v == nil {
		return out, first, last
	}
	style := t.bad
	if v.Status == explain.Pass {
		style = t.good
	}
	body := []string{style.Render(word(v.Status)) + "  " + t.dim.Render(explain.Counts(v.Tests, v.Race, v.Elapsed))}
	if xansi.StringWidth(body[0]) > width {
		body = append([]string{style.Render(word(v.Status))}, paint(t.dim, wrap(explain.Counts(v.Tests, v.Race, v.Elapsed), width))...)
	}
	body = append(body, wrap(v.Summary, min(width, maxText))...)
	if r.known != nil {
		body = append(body, e.pages.markdown(t, explain.NearMiss(r.known.Summary, r.known.Why), width)...)
	}
	for _, note := range v.Notes {
		body = append(body, paint(t.warn, wrap("Note: "+note, min(width, maxText)))...)
	}
	for _, f := range explain.FindingsOf(v.Findings, "") {
		body = append(body, "")
		body = append(body, r.finding(e, f, min(width, maxText))...)
	}
	if v.Status == explain.Pass {
		body = append(body, "", t.good.Render("d compares yours with the reference and with other good repairs."),
			t.good.Render("m shows what almost works: say why it fails, then run it."))
	}
	body = append(body, "")
	for i, test := range v.Tests {
		start := len(out) + len(body)
		body = append(body, r.test(e, test, i == r.cursor, width)...)
		if i == r.cursor {
			first, last = start, len(out)+len(body)-1
		}
	}
	if v.Detail != "" {
		body = append(body, "")
		for line := range strings.Lines(v.Detail) {
			body = append(body, t.dim.Render(strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "    ")))
		}
	}
	if running { // the old verdict stays, but steps back
		for i, line := range body {
			body[i] = t.dim.Faint(true).Render(line)
		}
	}
	return append(out, body...), first, last
}

func (r *results) test(e *env, test explain.Test, selected bool, width int) []string {
	t := e.theme
	result, style := "  --", t.dim
	switch test.Status {
	case explain.Pass:
		result, style = "  ok", t.good
	case explain.Fail:
		result, style = "FAIL", t.bad
	}
	sign, name := "  ", test.Name
	if selected {
		sign, name = "> ", t.cursor.Render(test.Name)
	}
	out := []string{sign + style.Render(result) + " " + name}
	if !r.open[test.Name] {
		return out
	}
	message := test.Message
	if message == "" {
		message = strings.TrimSpace(test.Output)
	}
	if message == "" {
		message = "It printed nothing."
	}
	for line := range strings.Lines(strings.ReplaceAll(message, "\t", "    ")) {
		out = append(out, indent("       ", wrap(strings.TrimRight(line, "\n"), width-7))...)
	}
	if test.File != "" {
		place := fmt.Sprintf("%s:%d", test.File, test.Line)
		if xansi.StringWidth(place) > width-7 {
			place = path.Base(place)
		}
		out = append(out, "       "+t.dim.Render(place))
	}
	for _, f := range explain.FindingsOf(r.verdict.Findings, test.Name) {
		out = append(out, indent("       ", r.finding(e, f, min(width, maxText)-7))...)
	}
	if test.Status == explain.Fail && selected {
		out = append(out, indent("       ", r.behind(e, test, min(width, maxText)-7))...)
	}
	return out
}
