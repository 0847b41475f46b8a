package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/explain"
)

// behindActions lead from the selected failure to what is behind it.
func (s *repair) behindActions() []action {
	var out []action
	if report := s.results.report(); report != "" {
		out = append(out, on(func() tea.Cmd {
			return send(overMsg{&listing{env: s.env, name: "The report", text: report}})
		}, "s", "report", "s"))
	}
	test, ok := s.results.selected()
	if !ok || test.Status != explain.Fail {
		return out
	}
	if purpose := s.kata.Tests[test.Name]; purpose != nil {
		out = append(out, on(func() tea.Cmd {
			return send(overMsg{newReaderAt(s.env, purpose.Lesson, purpose.Section)})
		}, "l", "lesson", "l"))
	}
	return append(out, on(func() tea.Cmd {
		file, line, source, ok := s.kata.TestSource(test.Name)
		if !ok {
			return notice("The suite has no test of that name.")
		}
		return send(overMsg{&listing{env: s.env, name: fmt.Sprintf("%s:%d", file, line), text: source, code: true}})
	}, "t", "test", "t"))
}

// behind says what a failed test stands for.
func (r *results) behind(e *env, test explain.Test, width int) []string {
	purpose := r.kata.Tests[test.Name]
	if purpose == nil {
		return nil
	}
	t := e.theme
	m := e.wb.Course.Misconceptions[purpose.Misconception]
	lines := e.pages.markdown(t, explain.Behind(m.Says, m.Truth), width)
	return append(lines, paint(t.accent, wrap(fmt.Sprintf("l reads “%s” in lesson %d; t shows the test.", purpose.Section.Title, purpose.Lesson.Number), width))...)
}

// listing shows Go source or a report, to be read and left.
type listing struct {
	env        *env
	name, text string
	code       bool
	pager      pager
}

func (l *listing) title() string          { return l.name }
func (l *listing) status() string         { return "" }
func (l *listing) init() tea.Cmd          { return nil }
func (l *listing) update(tea.Msg) tea.Cmd { return nil }
func (l *listing) close()                 {}
func (l *listing) actions() []action      { return l.pager.scrolling() }

func (l *listing) lines(width, height int) []string {
	lines := strings.Split(strings.ReplaceAll(l.text, "\t", "    "), "\n")
	if l.code {
		lines = l.env.pages.goCode(l.env.theme, l.text, width)
	}
	l.pager.set(lines, height)
	return l.pager.window()
}
