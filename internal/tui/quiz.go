package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/workbook"
)

// quiz asks questions until each is answered right: those of one lesson, of
// all, or what is due for review.
type quiz struct {
	env     *env
	heading string
	begin   func() *workbook.Round
	round   *workbook.Round
	now     *question // nil at the end of the round
	runs    *programs
	pager   pager
	follow  bool // scroll to what the last key was about
}

func newQuiz(e *env, l *course.Lesson) *quiz {
	heading := "Quiz: all lessons"
	if l != nil {
		heading = "Quiz: " + l.Title
	}
	return newRound(e, heading, func() *workbook.Round { return e.wb.Quiz(l, e.shuffle) })
}

func newReview(e *env) *quiz {
	return newRound(e, "Review", func() *workbook.Round { return e.wb.Ask(e.shuffle, e.wb.Review().Due...) })
}

// newTestOut asks about a module, so that its lessons count as done.
func newTestOut(e *env, module string) (*quiz, error) {
	if _, err := e.wb.TestOut(module, e.shuffle); err != nil {
		return nil, err
	}
	return newRound(e, "Test out: "+module, func() *workbook.Round {
		round, _ := e.wb.TestOut(module, e.shuffle) // it was possible, and the course stays as it is
		return round
	}), nil
}

func newRound(e *env, heading string, begin func() *workbook.Round) *quiz {
	z := &quiz{env: e, heading: heading, begin: begin, round: begin()}
	z.runs = newPrograms(e, z)
	return z
}

func (z *quiz) title() string { return z.heading }

func (z *quiz) status() string {
	done, total := z.round.Progress()
	if total == 0 {
		return ""
	}
	status := fmt.Sprintf("%d of %d", done, total)
	if !z.pager.atEnd() {
		status = "more ↓  " + status
	}
	return status
}

func (z *quiz) init() tea.Cmd {
	z.next()
	return nil
}

func (z *quiz) update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(programMsg); ok {
		z.follow = true
		return z.runs.ended(msg)
	}
	return nil
}

func (z *quiz) close() { z.runs.task.stop() }

func (z *quiz) next() {
	z.now = nil
	if z.round.Question() != nil {
		z.now = newQuestion(z.env, z.round)
	}
	z.pager.top, z.follow = 0, false
}

func (z *quiz) actions() []action {
	switch {
	case z.now == nil:
		return append([]action{
			on(func() tea.Cmd { return send(backMsg{}) }, "enter", "to the path", "enter"),
			on(func() tea.Cmd { z.round = z.begin(); return z.init() }, "r", "ask again", "r"),
		}, z.pager.scrolling()...)
	case z.now.feedback != nil:
		out := []action{on(func() tea.Cmd { z.next(); return nil }, "enter", "next question", "enter", "space")}
		if file := z.now.asked.CodeFile; z.now.asked.Kind == course.Trace {
			out = append(out, on(func() tea.Cmd { z.follow = true; return z.runs.run(file) }, "x", "run it", "x"))
		}
		return append(out, z.pager.scrolling()...)
	}
	actions := z.now.actions()
	for i, a := range actions {
		do := a.do
		actions[i].do = func() tea.Cmd { z.follow = true; return do() }
	}
	// The arrows move between options; the rest of the scrolling keys stay.
	return append(actions, z.pager.scrolling()[2:]...)
}

func (z *quiz) lines(width, height int) []string {
	t := z.env.theme
	if z.now == nil {
		_, total := z.round.Progress()
		if total == 0 { // only a review can be empty
			z.pager.set(append([]string{""}, indent("  ", wrap(z.env.wb.Review().Nothing(), width-2))...), height)
			return z.pager.window()
		}
		text, style := fmt.Sprintf("All answered, %d of %d at the first try.", z.round.FirstTry(), total), t.good
		if out := z.round.TestOut(); out != nil {
			text = out.Outcome()
			if out.Missed {
				style = t.warn
			}
		}
		z.pager.set(append([]string{""}, indent("  ", paint(style, wrap(text, min(width, maxText)-2)))...), height)
		return z.pager.window()
	}
	var out []string
	if z.round.Missed() && z.now.feedback == nil {
		out = append(out, t.warn.Render("You missed this one before."))
	}
	lines, first, last := z.now.lines(width)
	offset := len(out)
	out = append(out, lines...)
	if f := z.now.feedback; f != nil && !f.Right && z.round.TestOut() == nil {
		out = append(out, indent("  ", paint(t.dim, wrap("It comes back at the end of the round.", width-2)))...)
		last = len(out) - 1 - offset
	}
	if printed := z.runs.lines(z.now.asked.CodeFile, width); z.now.feedback != nil && printed != nil {
		out = append(append(out, ""), printed...)
		last = len(out) - 1 - offset
	}
	z.pager.set(out, height)
	if z.follow {
		z.pager.reveal(offset+first, offset+last)
		z.follow = false
	}
	return z.pager.window()
}
