package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/review"
	"example.com/leakproof/internal/workbook"
)

// home shows the path through the course: what is done and what is next.
type home struct {
	env    *env
	steps  []workbook.Step
	review review.Schedule
	cursor int
	undone bool // the step under the cursor was not done when it was opened
	warms  *warming
	warmed bool
	pager  pager
}

func newHome(e *env) *home {
	h := &home{env: e}
	h.warms = newWarming(h)
	return h
}

func (h *home) title() string { return "home" }

func (h *home) status() string {
	done := 0
	for _, s := range h.steps {
		if s.State == workbook.Done {
			done++
		}
	}
	return fmt.Sprintf("%d of %d done", done, len(h.steps))
}

// init reads the path anew, as it is after whatever the learner just did. The
// cursor stays on the step that was opened, unless that is done now: then it
// goes to what is next.
func (h *home) init() tea.Cmd {
	first := h.steps == nil
	h.steps, h.review = h.env.wb.Path(), h.env.wb.Review()
	if next := h.next(); next >= 0 && (first || h.undone && h.steps[h.cursor].State == workbook.Done) {
		h.cursor = next
	}
	h.undone = false
	return h.warm()
}

// warm compiles ahead for the first kata that is not solved, once.
func (h *home) warm() tea.Cmd {
	if h.warmed || h.env.wb.InClone() != nil {
		return nil
	}
	for _, s := range h.steps {
		if s.Kind == workbook.RepairStep && s.State != workbook.Done {
			h.warmed = true
			return h.warms.start(h.env, s.Kata)
		}
	}
	return nil
}

func (h *home) next() int {
	for i, s := range h.steps {
		if s.State != workbook.Done {
			return i
		}
	}
	return -1
}

func (h *home) update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(warmedMsg); ok {
		cmd, _ := h.warms.update(h.env, msg)
		return cmd
	}
	return nil
}

func (h *home) close() {}

func (h *home) actions() []action {
	next, module := h.next(), ""
	if h.cursor < len(h.steps) {
		module = h.env.wb.ModuleOf(h.steps[h.cursor])
	}
	open := func(i int) tea.Cmd {
		if h.steps[i].Kind == workbook.RepairStep && h.warms.running {
			h.warms.task.stop() // the kata goes on with it, and shows how far it is
			h.warms.running, h.warmed = false, false
		}
		h.cursor, h.undone = i, h.steps[i].State != workbook.Done
		return send(openMsg{Start{Kind: h.steps[i].Kind, ID: h.steps[i].ID()}})
	}
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			h.cursor = max(0, min(len(h.steps)-1, h.cursor+by))
			return nil
		}
	}
	return []action{
		on(func() tea.Cmd { return open(next) }, "c", "continue", "c").
			unless(next < 0, "everything is done: open any step with enter"),
		on(func() tea.Cmd { return open(h.cursor) }, "enter", "open", "enter", "right", "l"),
		on(move(-1), "up", "previous step", "up", "k").hushed(),
		on(move(1), "down", "next step", "down", "j").hushed(),
		on(move(-len(h.steps)), "home", "first step", "home", "g").hushed(),
		on(move(len(h.steps)), "end", "last step", "end", "G").hushed(),
		on(func() tea.Cmd { return send(openMsg{Start{Kind: workbook.ReviewStep}}) }, "r", "review", "r").
			unless(len(h.review.Due) == 0, h.review.Nothing()),
		on(func() tea.Cmd { return send(openMsg{Start{Kind: workbook.ProgressStep}}) }, "s", "progress", "s"),
		on(func() tea.Cmd { return send(openMsg{Start{Kind: workbook.QuizStep}}) }, "Q", "quiz over all lessons", "Q").hushed(),
		on(func() tea.Cmd { return h.testOut(module) }, "T", "test out of a module", "T").hushed().
			unless(module == "", "no kata belongs to this lesson yet, so there is no module to test out of"),
	}
}

// testOut asks whether the learner wants to be asked instead of reading.
func (h *home) testOut(module string) tea.Cmd {
	round, err := h.env.wb.TestOut(module, h.env.shuffle)
	if err != nil {
		return warn(err)
	}
	_, total := round.Progress()
	text := fmt.Sprintf("Test out of “%s”? %d questions; if all are right at the first try, these lessons and their quizzes count as done: %s. A miss ends it, and nothing is lost.",
		module, total, round.TestOut().Titles())
	return ask(text, func() tea.Cmd { return send(openMsg{Start{Kind: workbook.TestOutStep, ID: module}}) })
}

// mark says how far a step is without colour.
func mark(s workbook.StepState) string {
	switch s {
	case workbook.Done:
		return "[x]"
	case workbook.Started:
		return "[~]"
	}
	return "[ ]"
}

func (h *home) lines(width, height int) []string {
	t := h.env.theme
	var out []string
	if i := h.next(); i >= 0 {
		s := h.steps[i]
		out = append(out, t.bold.Render(fit("Next: "+verb(s)+" "+s.Title(), width)))
	} else {
		out = append(out, t.good.Render("All done. Open any step again."))
	}
	switch n := len(h.review.Due); n {
	case 0:
	case 1:
		out = append(out, t.dim.Render("Review: one question is ready, r asks it."))
	default:
		out = append(out, t.dim.Render(fmt.Sprintf("Review: %d questions are ready, r asks them.", n)))
	}
	out = append(out, "")
	at := 0
	for i, s := range h.steps {
		if s.Kind == workbook.ReadStep && i > 0 && height >= 16 {
			out = append(out, "")
		}
		if i == h.cursor {
			at = len(out)
		}
		out = append(out, h.row(s, i == h.cursor, width))
	}
	detail := h.detail(width, height)
	h.pager.set(out, height-len(detail))
	h.pager.reveal(at, at)
	if h.cursor == 0 {
		h.pager.scrollTo(0)
	}
	lines := h.pager.window()
	for len(lines) < height-len(detail) {
		lines = append(lines, "")
	}
	return append(lines[:len(lines):len(lines)], detail...)
}

func (h *home) row(s workbook.Step, selected bool, width int) string {
	t := h.env.theme
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
	style := t.dim
	switch s.State {
	case workbook.Done:
		style = t.good
	case workbook.Started:
		style = t.warn
	}
	left := sign + style.Render(mark(s.State)) + " "
	detail := "  " + s.Detail
	room := width - 6 - len(detail)
	if room < 24 {
		detail, room = "", width-6
	}
	if selected {
		name = t.cursor.Render(fit(name, room))
	} else {
		name = fit(name, room)
	}
	return left + name + t.dim.Render(detail)
}

// detail says what the selected step is about, where there is room.
func (h *home) detail(width, height int) []string {
	if height < 14 || len(h.steps) == 0 {
		return nil
	}
	if text := h.warms.text(); text != "" {
		return []string{"", h.env.theme.dim.Render(fit(text+".", width))}
	}
	s := h.steps[h.cursor]
	text := ""
	switch s.Kind {
	case workbook.ReadStep:
		text = fmt.Sprintf("%s About %d minutes.", s.Lesson.Summary, s.Lesson.Minutes)
	case workbook.QuizStep:
		text = "Questions on this lesson. A missed one comes back until you have it."
	case workbook.RepairStep:
		text = fmt.Sprintf("Repair %s; the suite runs on every save. About %d minutes.", s.Kata.Path(), s.Kata.Minutes)
		if m := h.env.wb.Course.Module(s.Kata.Module); m != nil {
			done := 0
			for _, step := range h.steps {
				if step.Kind == workbook.RepairStep && step.Kata.Module == m.Title && step.State == workbook.Done {
					done++
				}
			}
			text = fmt.Sprintf("%s, %d of %d katas done. %s\n%s", m.Title, done, len(m.Katas), m.About, text)
		}
	}
	out := []string{""}
	for _, line := range wrap(text, min(width, maxText)) {
		out = append(out, h.env.theme.dim.Render(line))
	}
	return out
}

func verb(s workbook.Step) string {
	switch s.Kind {
	case workbook.QuizStep:
		return "answer the quiz on"
	case workbook.RepairStep:
		return "repair"
	}
	return "read"
}
