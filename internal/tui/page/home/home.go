// Package home shows the path through the course: what is done and what is
// next.
package home

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/review"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// Home is the page that everything else is opened from.
type Home struct {
	env    *page.Env
	steps  []workbook.Step
	review review.Schedule
	cursor ui.Cursor
	opened *int // the step that was opened before it was done, until the cursor moves
	asked  *ui.Task
	warmUp *ui.WarmUp
	warmed bool
	pager  ui.Pager
	detail []string
}

// New is the home page, with the cursor on what is next.
func New(e *page.Env) *Home {
	h := &Home{env: e, steps: e.Workbook.Path()}
	h.asked = ui.NewTask(e.Jobs, func(msg tea.Msg) tea.Cmd {
		h.review = msg.(review.Schedule)
		return nil
	})
	h.warmUp = ui.NewWarmUp(e.Jobs, e.Workbook, func() tea.Cmd { return nil })
	h.cursor = ui.Cursor{At: max(0, h.next()), Moved: true}
	return h
}

// Title implements [page.Page].
func (h *Home) Title() string { return "home" }

// Status implements [page.Page].
func (h *Home) Status() string {
	done := 0
	for _, s := range h.steps {
		if s.State == workbook.Done {
			done++
		}
	}
	return fmt.Sprintf("%d of %d done", done, len(h.steps))
}

// Init implements [page.Page].
func (h *Home) Init() tea.Cmd { return h.Resume() }

// Resume implements [page.Resumer]: what the learner just did may have changed
// what is to be reviewed.
func (h *Home) Resume() tea.Cmd {
	return tea.Batch(h.asked.Start(func(context.Context) tea.Msg { return h.env.Workbook.Review() }), h.warm())
}

// warm compiles ahead for the first kata that is not solved, once.
func (h *Home) warm() tea.Cmd {
	if h.warmed || h.env.Workbook.InClone() != nil {
		return nil
	}
	for _, s := range h.steps {
		if s.Kind == workbook.RepairStep && s.State != workbook.Done {
			h.warmed = true
			return h.warmUp.Start(s.Kata)
		}
	}
	return nil
}

func (h *Home) next() int {
	for i, s := range h.steps {
		if s.State != workbook.Done {
			return i
		}
	}
	return -1
}

// Update implements [page.Page].
func (h *Home) Update(tea.Msg) tea.Cmd { return nil }

// Close implements [page.Page].
func (h *Home) Close() {
	h.asked.Stop()
	h.warmUp.Stop()
}

// Actions implements [page.Page].
func (h *Home) Actions() []ui.Action {
	next, module := h.next(), h.env.Workbook.ModuleOf(h.steps[h.cursor.At])
	to := func(r page.Route) func() tea.Cmd { return func() tea.Cmd { return h.env.Open(r) } }
	return append([]ui.Action{
		ui.On(keymap.Continue, func() tea.Cmd { return h.open(next) }).
			Unless(next < 0, workbook.AllDone),
		ui.On(keymap.Open, func() tea.Cmd { return h.open(h.cursor.At) }),
		ui.On(keymap.Review, to(page.Route{Page: page.Review})).
			Unless(len(h.review.Due) == 0, h.review.Nothing()),
		ui.On(keymap.Progress, to(page.Route{Page: page.Progress})),
		ui.On(keymap.Settings, to(page.Route{Page: page.Settings})).Hushed(),
		ui.On(keymap.QuizAll, to(page.Route{Page: page.Quiz})).Hushed(),
		ui.On(keymap.TestOut, func() tea.Cmd { return h.testOut(module) }).Hushed().
			Unless(module == "", "No kata belongs to this lesson yet, so there is no module to test out of."),
	}, ui.Before(func() { h.opened = nil }, h.cursor.Moves(len(h.steps), "step"))...)
}

func (h *Home) open(i int) tea.Cmd {
	if h.steps[i].Kind == workbook.RepairStep && h.warmUp.Running {
		h.warmUp.Stop() // the kata goes on with it, and shows how far it is
		h.warmed = false
	}
	h.cursor = ui.Cursor{At: i, Moved: true}
	if h.opened = nil; h.steps[i].State != workbook.Done {
		h.opened = &i
	}
	return h.env.Open(page.RouteTo(h.steps[i]))
}

// testOut asks whether the learner wants to be asked instead of reading.
func (h *Home) testOut(module string) tea.Cmd {
	round, err := h.env.Workbook.TestOut(module, h.env.Shuffle)
	if err != nil {
		return h.env.Warn(err)
	}
	_, total := round.Progress()
	return h.env.Ask(round.TestOut().Offer(total), func() tea.Cmd {
		return h.env.Open(page.Route{Page: page.TestOut, ID: module})
	})
}

// Layout implements [page.Page]. It reads the path anew, as it is after
// whatever the learner just did. The cursor stays on the step that was opened,
// unless that is done now: then it goes to what is next.
func (h *Home) Layout(width, height int) {
	h.steps = h.env.Workbook.Path()
	if h.opened != nil && h.steps[*h.opened].State == workbook.Done {
		h.opened = nil
		if next := h.next(); next >= 0 {
			h.cursor = ui.Cursor{At: next, Moved: true}
		}
	}
	out := h.head(width)
	at := 0
	for i, s := range h.steps {
		if s.Kind == workbook.ReadStep && i > 0 && height >= 16 {
			out = append(out, "")
		}
		if i == h.cursor.At {
			at = len(out)
		}
		out = append(out, h.row(s, i == h.cursor.At, width))
	}
	h.detail = h.details(width, height)
	h.pager.Set(out, width, height-len(h.detail))
	if h.cursor.Moved {
		h.pager.Reveal(ui.Span{First: at, Last: at})
		if h.cursor.At == 0 {
			h.pager.ScrollTo(0)
		}
		h.cursor.Moved = false
	}
}

// View implements [page.Page].
func (h *Home) View() string {
	return strings.Join(append([]string{h.pager.View()}, h.detail...), "\n")
}

// head says what is next and what is ready for review.
func (h *Home) head(width int) []string {
	t := h.env.Theme
	var out []string
	if i := h.next(); i >= 0 {
		out = append(out, t.Bold.Render(ui.Fit("Next: "+h.steps[i].Name(), width)))
	} else {
		out = append(out, t.Good.Render(workbook.AllDone))
	}
	if n := len(h.review.Due); n > 0 {
		out = append(out, t.Dim.Render(fmt.Sprintf("Review: %s due, %s asks.", workbook.Count(n, "question"), keymap.Name(keymap.Review))))
	}
	return append(out, "")
}

// mark says how far a step is without colour.
func mark(s workbook.StepState) string {
	switch s {
	case workbook.Done:
		return "[x]"
	case workbook.Started:
		return "[~]"
	default:
		return "[ ]"
	}
}

func (h *Home) row(s workbook.Step, selected bool, width int) string {
	t := h.env.Theme
	name := ""
	switch s.Kind {
	case workbook.ReadStep:
		name = fmt.Sprintf("Lesson %02d  %s", s.Lesson.Number, s.Title())
	case workbook.QuizStep:
		name = fmt.Sprintf("  Quiz     %s", s.Title())
	case workbook.RepairStep:
		name = fmt.Sprintf("  Kata %02d  %s", s.Kata.Number, s.Title())
	}
	sign := "  "
	if selected {
		sign = "> "
	}
	style := t.Dim
	switch s.State {
	case workbook.Done:
		style = t.Good
	case workbook.Started:
		style = t.Warn
	case workbook.Open:
	}
	left := sign + style.Render(mark(s.State)) + " "
	detail := "  " + s.Detail
	room := width - 6 - len(detail)
	if room < 24 {
		detail, room = "", width-6
	}
	name = ui.Fit(name, room)
	if selected {
		name = t.Cursor.Render(name)
	}
	return left + name + t.Dim.Render(detail)
}

// details say what the selected step is about, where there is room.
func (h *Home) details(width, height int) []string {
	if height < 14 {
		return nil
	}
	if lines := h.warmUp.Lines(h.env.Look, width); lines != nil {
		return append([]string{""}, lines...)
	}
	var out []string
	for line := range strings.Lines(h.env.Workbook.About(h.steps[h.cursor.At])) {
		out = append(out, ui.WrapText(strings.TrimRight(line, "\n"), width)...)
	}
	return append([]string{""}, ui.Paint(h.env.Theme.Dim, out)...)
}
