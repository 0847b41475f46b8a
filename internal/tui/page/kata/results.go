package kata

import (
	"fmt"
	"path"
	"strings"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
)

// results shows the last verdict, test by test.
type results struct {
	env     *page.Env
	kata    *course.Kata
	verdict *grade.Verdict
	known   *course.Variant // the near miss that the verdict looks like, or nil
	source  []string        // the learner's file as it was graded
	cursor  ui.Cursor
	open    map[string]bool
}

// take shows a new verdict with its first failure opened.
func (r *results) take(v grade.Verdict, source string) {
	r.source = strings.Split(ui.Untab(source), "\n")
	r.known = r.kata.Recognise(explain.Pattern(v.Status, v.Tests))
	r.verdict, r.cursor, r.open = &v, ui.Cursor{Moved: true}, map[string]bool{}
	for i, test := range v.Tests {
		if test.Status == explain.Fail {
			r.cursor.At = i
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
	return r.verdict.Tests[r.cursor.At], true
}

func (r *results) moves() []ui.Action {
	toggle := ui.On(keymap.Does(keymap.Enter, "open the test"), ui.Do(func() {
		name := r.verdict.Tests[r.cursor.At].Name
		r.open[name] = !r.open[name]
		r.cursor.Moved = true
	})).Hushed()
	return append(r.cursor.Moves(len(r.verdict.Tests), "test"), toggle)
}

// behind leads from the selected failure to what is behind it.
func (r *results) behind() []ui.Action {
	var out []ui.Action
	if report := r.report(); report != "" {
		out = append(out, ui.On(keymap.Report, func() tea.Cmd {
			return r.env.Open(page.Route{Page: page.Listing, ID: "The report", Text: report})
		}))
	}
	test, ok := r.selected()
	if !ok || test.Status != explain.Fail {
		return out
	}
	if purpose := r.kata.Tests[test.Name]; purpose != nil {
		out = append(out, ui.On(keymap.Lesson, func() tea.Cmd {
			return r.env.Open(page.Route{Page: page.Lesson, ID: purpose.Lesson.ID, Section: purpose.Section.ID})
		}))
	}
	return append(out, ui.On(keymap.Test, func() tea.Cmd {
		file, line, source, ok := r.kata.TestSource(test.Name)
		if !ok {
			return r.env.Notify("The suite has no test of that name.")
		}
		return r.env.Open(page.Route{Page: page.Listing, ID: fmt.Sprintf("%s:%d", file, line), Text: source, Code: true})
	}))
}

// lines draws the verdict. Keep says which lines hold the test under the
// cursor. While the suite runs, the old verdict stays but steps back.
func (r *results) lines(width int, running bool) (out []string, keep ui.Span) {
	v, t := r.verdict, r.env.Theme
	if v == nil {
		return nil, keep
	}
	out = r.headline(width)
	out = append(out, "")
	for i, test := range v.Tests {
		start := len(out)
		out = append(out, r.test(test, i == r.cursor.At, width)...)
		if i == r.cursor.At {
			keep = ui.Span{First: start, Last: len(out) - 1}
		}
	}
	if v.Detail != "" {
		out = append(out, "")
		for line := range strings.Lines(v.Detail) {
			out = append(out, t.Dim.Render(ui.Untab(strings.TrimRight(line, "\n"))))
		}
	}
	if running {
		for i, line := range out {
			out[i] = t.Dim.Faint(true).Render(xansi.Strip(line))
		}
	}
	return out, keep
}

// headline is the verdict as a whole.
func (r *results) headline(width int) []string {
	v, t := r.verdict, r.env.Theme
	style := t.Bad
	if v.Status == explain.Pass {
		style = t.Good
	}
	out := []string{style.Render(ui.StatusWord(v.Status)) + "  " + t.Dim.Render(explain.Counts(v.Tests, v.Race, v.Elapsed))}
	if xansi.StringWidth(out[0]) > width {
		out = append([]string{style.Render(ui.StatusWord(v.Status))}, ui.Paint(t.Dim, ui.Wrap(explain.Counts(v.Tests, v.Race, v.Elapsed), width))...)
	}
	out = append(out, ui.WrapText(v.Summary, width)...)
	if r.known != nil {
		out = append(out, r.env.Markdown.Prose(explain.NearMiss(r.known.Summary, r.known.Why), width)...)
	}
	for _, note := range v.Notes {
		out = append(out, ui.Paint(t.Warn, ui.WrapText("Note: "+note, width))...)
	}
	for _, f := range explain.FindingsOf(v.Findings, "") {
		out = append(out, "")
		out = append(out, r.finding(f, min(width, ui.MaxText))...)
	}
	if v.Status == explain.Pass {
		out = append(out, "",
			t.Good.Render(keymap.Name(keymap.Solutions)+" compares yours with the reference and with other good repairs."),
			t.Good.Render(keymap.Name(keymap.AlmostWorks)+" shows what almost works: say why it fails, then run it."))
	}
	return out
}

// margin is what stands before the text of an open test.
const margin = "       "

func (r *results) test(test explain.Test, selected bool, width int) []string {
	t := r.env.Theme
	word, style := "  --", t.Dim
	switch test.Status {
	case explain.Pass:
		word, style = "  ok", t.Good
	case explain.Fail:
		word, style = "FAIL", t.Bad
	default:
	}
	sign, name := "  ", test.Name
	if selected {
		sign, name = "> ", t.Cursor.Render(test.Name)
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
	room, prose := width-len(margin), min(width, ui.MaxText)-len(margin)
	add := func(lines []string) { out = append(out, ui.Indent(margin, lines)...) }
	for line := range strings.Lines(ui.Untab(message)) {
		add(ui.Wrap(strings.TrimRight(line, "\n"), room))
	}
	if test.File != "" {
		place := fmt.Sprintf("%s:%d", test.File, test.Line)
		if xansi.StringWidth(place) > room {
			place = path.Base(place)
		}
		add([]string{t.Dim.Render(place)})
	}
	for _, f := range explain.FindingsOf(r.verdict.Findings, test.Name) {
		add(r.finding(f, prose))
	}
	if test.Status == explain.Fail && selected {
		add(r.belief(test, prose))
	}
	return out
}
