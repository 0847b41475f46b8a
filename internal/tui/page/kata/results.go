package kata

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
)

// results shows the last verdict, failures first.
type results struct {
	env     *page.Env
	kata    *course.Kata
	verdict *verdictMsg
	known   *course.Variant     // the near miss that the verdict looks like, or nil
	source  map[string][]string // the lines of the learner's files as they were graded, by name

	failed [][]explain.Test // by their reason
	// followers are those that failed for the reason of another one: see
	// [explain.Followers].
	followers map[string]string
	others    []explain.Test // that did not run
	passed    []explain.Test
	unfold    bool // the tests that passed are listed

	cursor ui.Cursor
	fresh  bool // the verdict has not been drawn yet: show it from its first line
	open   map[string]bool
	spans  []ui.Span // where the rows were drawn
}

// take shows a new verdict with its first failure opened.
func (r *results) take(msg verdictMsg) {
	v := msg.verdict
	r.verdict, r.source = &msg, map[string][]string{}
	for name, src := range msg.source {
		r.source[name] = strings.Split(ui.Untab(string(src)), "\n")
	}
	r.known = r.kata.Recognise(explain.Pattern(v.Status, v.Tests))
	r.failed, r.others, r.passed = explain.Alike(v.Tests, v.Findings), nil, nil
	r.followers = explain.Followers(v.Tests, v.Findings)
	for _, test := range v.Tests {
		switch test.Status {
		case explain.Fail:
		case explain.Pass:
			r.passed = append(r.passed, test)
		default:
			r.others = append(r.others, test)
		}
	}
	r.cursor, r.fresh, r.unfold, r.open = ui.Cursor{}, true, false, map[string]bool{}
	if len(r.failed) > 0 {
		r.open[r.failed[0][0].Name] = true
	}
}

// row is something that the cursor stops at: a test, or what the tests that
// passed are folded into.
type row struct {
	test explain.Test
	fold bool
}

func (r *results) rows() []row {
	var out []row
	add := func(tests []explain.Test) {
		for _, t := range tests {
			out = append(out, row{test: t})
		}
	}
	add(slices.Concat(r.failed...))
	add(r.others)
	if len(r.passed) > 0 {
		out = append(out, row{fold: true})
	}
	if r.unfold {
		add(r.passed)
	}
	return out
}

// selected is the test under the cursor.
func (r *results) selected() (test explain.Test, ok bool) {
	if r.verdict == nil {
		return explain.Test{}, false
	}
	rows := r.rows()
	if len(rows) == 0 || rows[r.cursor.At].fold {
		return explain.Test{}, false
	}
	return rows[r.cursor.At].test, true
}

// actions are what keys do with the rows, none before there are some.
func (r *results) actions() []ui.Action {
	if r.verdict == nil {
		return nil
	}
	rows := r.rows()
	if len(rows) == 0 {
		return nil
	}
	does := "open the test"
	switch one := rows[r.cursor.At]; {
	case one.fold && r.unfold:
		does = "fold the passed tests"
	case one.fold:
		does = "list the passed tests"
	case r.open[one.test.Name]:
		does = "close the test"
	}
	toggle := ui.On(keymap.Does(keymap.Enter, does), ui.Do(func() { r.toggle(rows[r.cursor.At]) }))
	if len(rows) == 1 { // the arrows scroll
		return []ui.Action{toggle}
	}
	return append(r.cursor.Moves(len(rows), "test"), toggle)
}

func (r *results) toggle(one row) {
	if one.fold {
		r.unfold = !r.unfold
	} else {
		r.open[one.test.Name] = !r.open[one.test.Name]
	}
	r.cursor.Moved = true
}

// click selects and opens what was drawn on a line.
func (r *results) click(line int) {
	for i, span := range r.spans {
		if line < span.First || line > span.Last {
			continue
		}
		one := r.rows()[i]
		r.cursor = ui.Cursor{At: i, Moved: true}
		if line == span.First || !r.open[one.test.Name] {
			r.toggle(one)
		}
		return
	}
}

// behind leads from the selected test to what is behind it. The test itself
// names these keys.
func (r *results) behind() []ui.Action {
	var out []ui.Action
	if report := r.report(); report != "" {
		out = append(out, ui.On(keymap.Report, func() tea.Cmd {
			return r.env.Open(page.Route{Page: page.Listing, ID: "The report", Text: report})
		}))
	}
	test, ok := r.selected()
	if !ok {
		return out
	}
	if purpose := r.kata.Behind(test.Name, test.Message); purpose != nil && test.Status == explain.Fail {
		out = append(out, ui.On(keymap.Lesson, func() tea.Cmd {
			return r.env.Open(page.Route{Page: page.Lesson, ID: purpose.Lesson.ID, Section: purpose.Section.ID})
		}).Hushed())
	}
	return append(out, ui.On(keymap.Test, func() tea.Cmd {
		file, line, source, ok := r.kata.TestSource(test.Name)
		if !ok {
			return r.env.Notify("The suite has no test of that name.")
		}
		return r.env.Open(page.Route{Page: page.Listing, ID: fmt.Sprintf("%s:%d", file, line), Text: source, Code: true})
	}).Hushed())
}

// report is the raw report behind the selected test or, where there is none,
// behind the run: "" if nothing has one.
func (r *results) report() string {
	if r.verdict == nil {
		return ""
	}
	test, _ := r.selected()
	findings := r.verdict.verdict.Findings
	var parts []string
	for _, f := range append(explain.FindingsOf(findings, test.Name), explain.FindingsOf(findings, "")...) {
		if f.Stack != "" && !slices.Contains(parts, f.Stack) {
			parts = append(parts, f.Stack)
		}
	}
	return strings.Join(parts, "\n\n")
}
