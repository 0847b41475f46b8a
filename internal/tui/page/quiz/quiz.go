// Package quiz asks questions until each is answered right: those of one
// lesson, of all, of a module, or what is due for review.
package quiz

import (
	"context"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/review"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// Quiz is a round of questions.
type Quiz struct {
	env      *page.Env
	heading  string
	lesson   *course.Lesson         // that the questions are on, nil if they are on more
	begin    func() *workbook.Round // a round that can be had at once; nil for a review
	due      *ui.Task               // looks for what is due, in a review
	nothing  string                 // why there is nothing to review
	round    *workbook.Round        // nil until a review is known
	now      *ui.Question           // nil at the end of the round
	programs *ui.Programs
	ending   ending
	width    int
}

// New asks about a lesson, or about all of them if it is nil.
func New(e *page.Env, l *course.Lesson) *Quiz {
	heading := "Quiz: all lessons"
	if l != nil {
		heading = "Quiz: " + l.Title
	}
	z := newQuiz(e, heading, func() *workbook.Round { return e.Workbook.Quiz(l, e.Shuffle) })
	z.lesson = l
	return z
}

// NewTestOut asks about a module, so that its lessons count as done.
func NewTestOut(e *page.Env, module string) (*Quiz, error) {
	if _, err := e.Workbook.TestOut(module, e.Shuffle); err != nil {
		return nil, err
	}
	return newQuiz(e, "Test out: "+module, func() *workbook.Round {
		round, _ := e.Workbook.TestOut(module, e.Shuffle) // it was possible, and the course stays as it is
		return round
	}), nil
}

// NewReview asks what is due.
func NewReview(e *page.Env) *Quiz {
	z := newQuiz(e, "Review", nil)
	z.due = ui.NewTask(e.Jobs, func(msg tea.Msg) tea.Cmd {
		schedule := msg.(review.Schedule)
		z.nothing = schedule.Nothing()
		z.round = e.Workbook.Ask(e.Shuffle, schedule.Due...)
		return z.next()
	})
	return z
}

func newQuiz(e *page.Env, heading string, begin func() *workbook.Round) *Quiz {
	z := &Quiz{env: e, heading: heading, begin: begin}
	z.ending.task = ui.NewTask(e.Jobs, z.ending.scheduled)
	z.programs = ui.NewPrograms(e.Look, e.Jobs, e.Workbook, func(err error) tea.Cmd {
		if z.now != nil {
			z.now.Follow()
		}
		return e.Warn(err)
	})
	return z
}

// Title implements [page.Page].
func (z *Quiz) Title() string { return z.heading }

// Status implements [page.Page].
func (z *Quiz) Status() string {
	if z.now == nil {
		return ""
	}
	answered := z.now.Feedback != nil
	if z.width < wide {
		return z.round.ShortPlace(answered)
	}
	status := z.round.Place(answered)
	if !z.now.AtEnd() {
		status = "more ↓  " + status
	}
	return status
}

// wide is from where on a status in words leaves room for the title.
const wide = 60

// Init implements [page.Page].
func (z *Quiz) Init() tea.Cmd {
	if z.begin == nil {
		return z.due.Start(func(context.Context) tea.Msg { return z.env.Workbook.Review() })
	}
	z.round = z.begin()
	return z.next()
}

// Update implements [page.Page].
func (z *Quiz) Update(tea.Msg) tea.Cmd { return nil }

// Resume implements [page.Resumer]: the answers have been recorded, or a section
// was looked at meanwhile.
func (z *Quiz) Resume() tea.Cmd { return z.lookAhead() }

// Close implements [page.Page].
func (z *Quiz) Close() {
	if z.due != nil {
		z.due.Stop()
	}
	z.ending.task.Stop()
	z.programs.Stop()
}

// next asks the next question or, after the last one, ends the round.
func (z *Quiz) next() tea.Cmd {
	z.now = nil
	if z.round.Question() != nil {
		z.now = ui.NewQuestion(z.env.Look, z.round, z.env.Record)
		return nil
	}
	z.ending.begin(z.round)
	return z.lookAhead()
}

// Actions implements [page.Page].
func (z *Quiz) Actions() []ui.Action {
	switch {
	case z.round == nil:
		return nil
	case z.now == nil:
		return z.endActions()
	case z.now.Feedback == nil:
		return append(z.now.Actions(), z.now.Scrolling()...)
	}
	out := []ui.Action{ui.On(keymap.Go, z.next)}
	if file := z.now.Asked.Program(); file != "" {
		out = append(out, ui.On(keymap.RunProgram, func() tea.Cmd {
			z.now.Follow()
			return z.programs.Run(file)
		}))
	}
	return append(out, z.now.Scrolling()...)
}

// Typing implements [page.Typist].
func (z *Quiz) Typing() bool { return z.now != nil && z.now.Typing() }

// Type implements [page.Typist].
func (z *Quiz) Type(msg tea.Msg) tea.Cmd { return z.now.Type(msg) }

// TypingActions implements [page.Typist].
func (z *Quiz) TypingActions() []ui.Action {
	return append(append(z.now.Actions(), z.now.Scrolling()...), ui.On(keymap.Leave, z.env.Back))
}

// Wheel implements [page.Pointed].
func (z *Quiz) Wheel(_, y, lines int) {
	if z.now != nil {
		z.now.Wheel(y, lines)
	} else {
		z.ending.pager.Scroll(lines)
	}
}

// Click implements [page.Pointed].
func (z *Quiz) Click(x, y int) tea.Cmd {
	if z.now != nil {
		return z.now.Click(x, y)
	}
	return z.clickMissed(y)
}

// onward leads from the end of the round to what comes after it.
func (z *Quiz) onward() []ui.Action {
	back := ui.On(keymap.Does(keymap.Enter, "to the path"), z.env.Back)
	if z.lesson == nil {
		return []ui.Action{back}
	}
	next := page.GoOn(z.env, z.env.Workbook.QuizStep(z.lesson))
	if next.Off != "" {
		return []ui.Action{back}
	}
	return []ui.Action{ui.On(keymap.Does(keymap.Enter, next.Help().Desc), next.Do), next.Hushed()}
}

// Layout implements [page.Page].
func (z *Quiz) Layout(width, height int) {
	z.width = width
	switch {
	case z.round == nil:
		return
	case z.now == nil:
		z.layoutEnding(width, height)
		return
	}
	var head, foot []string
	if from := workbook.FromLab(z.now.Asked); from != "" {
		head = append(head, z.env.Theme.Dim.Render(xansi.Truncate(from, width, "…")), "")
	}
	if z.round.Missed() && z.now.Feedback == nil {
		head = append(head, z.env.Theme.Warn.Render(workbook.Missed), "")
	}
	if z.now.Feedback != nil {
		foot = z.programs.Lines(z.now.Asked.Program(), width)
	}
	z.now.Layout(width, height, head, foot)
}

// View implements [page.Page].
func (z *Quiz) View() string {
	if z.now != nil {
		return z.now.View()
	}
	return z.ending.pager.View()
}
