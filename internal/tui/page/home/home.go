// Package home shows the course as a map: its modules with their steps, what is
// done and what is next.
package home

import (
	"context"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/textinput"
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
	list   list
	input  textinput.Model // of the filter
	review review.Schedule
	opened *workbook.Step // what was opened before it was done, until the cursor moves
	asked  *ui.Task
	warmUp *ui.WarmUp
	warmed bool

	small  bool // no room for more than the list and what is next
	head   []string
	pager  ui.Pager
	lines  []int // for each line of the pager, the row it belongs to, or -1
	detail []string
}

// New is the home page, with the cursor on what is next and only its module
// open.
func New(e *page.Env) *Home {
	h := &Home{env: e, list: list{open: map[string]bool{}}, input: newInput()}
	h.asked = ui.NewTask(e.Jobs, func(msg tea.Msg) tea.Cmd {
		h.review = msg.(review.Schedule)
		return nil
	})
	h.warmUp = ui.NewWarmUp(e.Jobs, e.Workbook, func() tea.Cmd { return nil })
	h.list.set(e.Workbook.Map())
	if next, ok := h.next(); ok {
		h.list.find(next)
	}
	return h
}

// Title implements [page.Page].
func (h *Home) Title() string { return "home" }

// Status implements [page.Page]. Where there is room, the page says it itself.
func (h *Home) Status() string {
	if !h.small {
		return ""
	}
	return fmt.Sprintf("%d of %d done", h.done(), h.steps())
}

// steps is how many there are, done how many are.
func (h *Home) steps() (n int) {
	for _, s := range h.list.stages {
		n += len(s.Steps)
	}
	return n
}

func (h *Home) done() (n int) {
	for _, s := range h.list.stages {
		n += s.Done()
	}
	return n
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
	for _, stage := range h.list.stages {
		for _, s := range stage.Steps {
			if s.Kind == workbook.RepairStep && s.State != workbook.Done {
				h.warmed = true
				return h.warmUp.Start(s.Kata)
			}
		}
	}
	return nil
}

// next is the first step that is not done.
func (h *Home) next() (workbook.Step, bool) {
	for _, stage := range h.list.stages {
		for _, s := range stage.Steps {
			if s.State != workbook.Done {
				return s, true
			}
		}
	}
	return workbook.Step{}, false
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
	next, ok := h.next()
	to := func(r page.Route) func() tea.Cmd { return func() tea.Cmd { return h.env.Open(r) } }
	var out []ui.Action
	if h.list.filter != "" {
		out = append(out, ui.On(keymap.FilterClear, ui.Do(h.clearFilter)))
	}
	out = append(out, ui.On(keymap.Continue, func() tea.Cmd { return h.open(next) }).Unless(!ok, workbook.AllDone))
	out = append(out, h.rowActions()...)
	out = append(out,
		ui.On(keymap.Filter, ui.Do(h.startFilter)),
		ui.On(keymap.Review, to(page.Route{Page: page.Review})).
			Unless(len(h.review.Due) == 0, h.review.Nothing()),
		ui.On(keymap.Progress, to(page.Route{Page: page.Progress})),
		ui.On(keymap.Settings, to(page.Route{Page: page.Settings})).Hushed(),
		ui.On(keymap.QuizAll, to(page.Route{Page: page.Quiz})).Hushed(),
	)
	return append(out, ui.Before(func() { h.opened = nil }, h.moves())...)
}

// rowActions are what keys do with the row under the cursor.
func (h *Home) rowActions() []ui.Action {
	r, ok := h.list.selected()
	if !ok {
		return nil
	}
	filtered := h.list.filter != ""
	const unfolded = "A filter opens all modules that have a match."
	var out []ui.Action
	if r.step != nil {
		out = append(out, ui.On(keymap.Open, func() tea.Cmd { return h.open(*r.step) }))
	} else {
		does := "open"
		if h.list.unfolded(r.stage) {
			does = "close"
		}
		out = append(out,
			ui.On(keymap.Does(keymap.Enter, does), ui.Do(h.list.fold)).Unless(filtered, unfolded),
			ui.On(keymap.Inward, ui.Do(h.list.inward)).Hushed())
	}
	return append(out,
		ui.On(keymap.Fold, ui.Do(h.list.fold)).Hushed().Unless(filtered, unfolded),
		ui.On(keymap.Outward, ui.Do(h.list.outward)).Hushed(),
		ui.On(keymap.TestOut, func() tea.Cmd { return h.testOut(r.stage.Title) }).Hushed())
}

// moves are the keys that move the cursor.
func (h *Home) moves() []ui.Action {
	n, by := len(h.list.rows), max(1, h.pager.Height()-1)
	page := func(by int) func() tea.Cmd {
		return ui.Do(func() { h.list.cursor = ui.Cursor{At: max(0, min(n-1, h.list.cursor.At+by)), Moved: true} })
	}
	return append(h.list.cursor.Moves(n, "row"),
		ui.On(keymap.PageUp, page(-by)).Hushed(), ui.On(keymap.PageDown, page(by)).Hushed())
}

func (h *Home) open(s workbook.Step) tea.Cmd {
	if s.Kind == workbook.RepairStep && h.warmUp.Running {
		h.warmUp.Stop() // the kata goes on with it, and shows how far it is
		h.warmed = false
	}
	h.list.find(s)
	if h.opened = nil; s.State != workbook.Done {
		h.opened = &s
	}
	return h.env.Open(page.RouteTo(s))
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

// follow reads the map anew, as it is after whatever the learner just did. The
// cursor stays on the step that was opened, unless that is done now: then it
// goes to what comes after it.
func (h *Home) follow() {
	h.list.set(h.env.Workbook.Map())
	if h.opened == nil {
		return
	}
	for _, stage := range h.list.stages {
		for _, s := range stage.Steps {
			if !s.Same(*h.opened) || s.State != workbook.Done {
				continue
			}
			h.opened = nil
			if next, ok := h.env.Workbook.After(s); ok {
				h.list.find(next)
			}
			return
		}
	}
}

// View implements [page.Page].
func (h *Home) View() string {
	out := append(append([]string{}, h.head...), h.pager.View())
	return strings.Join(append(out, h.detail...), "\n")
}

// Wheel implements [page.Pointed].
func (h *Home) Wheel(_, _, lines int) { h.pager.Scroll(lines) }

// Click implements [page.Pointed]: on the selected row it does what enter does.
func (h *Home) Click(_, y int) tea.Cmd {
	line := y - len(h.head)
	if line < 0 || line >= h.pager.Height() {
		return nil
	}
	if line += h.pager.Top(); line >= len(h.lines) || h.lines[line] < 0 {
		return nil
	}
	at := h.lines[line]
	if at != h.list.cursor.At {
		h.opened, h.list.cursor = nil, ui.Cursor{At: at, Moved: true}
		return nil
	}
	if step := h.list.rows[at].step; step != nil {
		return h.open(*step)
	}
	h.list.fold()
	return nil
}
