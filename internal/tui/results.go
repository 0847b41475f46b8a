package tui

import (
	"fmt"
	"path"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
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
	r.known = r.kata.Recognise(v.Pattern())
	r.verdict, r.cursor, r.open, r.follow = &v, 0, map[string]bool{}, true
	for i, test := range v.Tests {
		if test.Status == grade.Fail {
			r.cursor = i
			r.open[test.Name] = true
			return
		}
	}
}

func (r *results) interactive() bool { return r.verdict != nil && len(r.verdict.Tests) > 0 }

// selected is the test under the cursor.
func (r *results) selected() (test grade.Test, ok bool) {
	if !r.interactive() {
		return grade.Test{}, false
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

// words says a status as a person would.
var words = map[grade.Status]string{
	grade.Pass:         "PASS",
	grade.Fail:         "FAIL",
	grade.CompileError: "DOES NOT COMPILE",
	grade.Timeout:      "TIMEOUT",
	grade.Untrusted:    "UNTRUSTED",
	grade.Unavailable:  "CANNOT RUN",
}

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
	if v.Status == grade.Pass {
		style = t.good
	}
	body := []string{style.Render(words[v.Status]) + "  " + t.dim.Render(counts(v))}
	if xansi.StringWidth(body[0]) > width {
		body = append([]string{style.Render(words[v.Status])}, paint(t.dim, wrap(counts(v), width))...)
	}
	body = append(body, wrap(v.Summary, min(width, maxText))...)
	if r.known != nil {
		body = append(body, e.pages.markdown(t, "**It looks like a known near miss:** "+strings.TrimRight(r.known.Summary, ".")+". "+r.known.Why, width)...)
	}
	for _, note := range v.Notes {
		body = append(body, paint(t.warn, wrap("Note: "+note, min(width, maxText)))...)
	}
	for _, f := range r.findingsOf("") {
		body = append(body, "")
		body = append(body, r.finding(e, f, min(width, maxText))...)
	}
	if v.Status == grade.Pass {
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

func counts(v *grade.Verdict) string {
	passed := 0
	for _, test := range v.Tests {
		if test.Status == grade.Pass {
			passed++
		}
	}
	if len(v.Tests) == 0 {
		return ""
	}
	race := "with the race detector"
	if !v.Race {
		race = "WITHOUT the race detector"
	}
	return fmt.Sprintf("%d of %d tests pass, %s, %.1f s", passed, len(v.Tests), race, v.Elapsed.Seconds())
}

func (r *results) test(e *env, test grade.Test, selected bool, width int) []string {
	t := e.theme
	word, style := "  --", t.dim
	switch test.Status {
	case grade.Pass:
		word, style = "  ok", t.good
	case grade.Fail:
		word, style = "FAIL", t.bad
	}
	sign, name := "  ", test.Name
	if selected {
		sign, name = "> ", t.cursor.Render(test.Name)
	}
	out := []string{sign + style.Render(word) + " " + name}
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
	for _, f := range r.findingsOf(test.Name) {
		out = append(out, indent("       ", r.finding(e, f, min(width, maxText)-7))...)
	}
	if test.Status == grade.Fail && selected {
		out = append(out, indent("       ", r.behind(e, test, min(width, maxText)-7))...)
	}
	return out
}
