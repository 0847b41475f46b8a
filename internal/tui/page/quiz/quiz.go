// Package quiz asks questions until each is answered right: those of one
// lesson, of all, of a module, or what is due for review.
package quiz

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

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
	pager    ui.Pager
	follow   bool // scroll to what the last key was about
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
		z.next()
		return nil
	})
	return z
}

func newQuiz(e *page.Env, heading string, begin func() *workbook.Round) *Quiz {
	z := &Quiz{env: e, heading: heading, begin: begin}
	z.programs = ui.NewPrograms(e.Look, e.Jobs, e.Workbook, func(err error) tea.Cmd {
		z.follow = true
		return e.Warn(err)
	})
	return z
}

// Title implements [page.Page].
func (z *Quiz) Title() string { return z.heading }

// Status implements [page.Page].
func (z *Quiz) Status() string {
	if z.round == nil {
		return ""
	}
	done, total := z.round.Progress()
	if total == 0 {
		return ""
	}
	status := fmt.Sprintf("%d of %d", done, total)
	if !z.pager.AtEnd() {
		status = "more ↓  " + status
	}
	return status
}

// Init implements [page.Page].
func (z *Quiz) Init() tea.Cmd {
	if z.begin == nil {
		return z.due.Start(func(context.Context) tea.Msg { return z.env.Workbook.Review() })
	}
	z.round = z.begin()
	z.next()
	return nil
}

// Update implements [page.Page].
func (z *Quiz) Update(tea.Msg) tea.Cmd { return nil }

// Close implements [page.Page].
func (z *Quiz) Close() {
	if z.due != nil {
		z.due.Stop()
	}
	z.programs.Stop()
}

func (z *Quiz) next() {
	z.now = nil
	if z.round.Question() != nil {
		z.now = ui.NewQuestion(z.env.Look, z.round, z.env.Record)
	}
	z.pager.ScrollTo(0)
	z.follow = false
}

// Actions implements [page.Page].
func (z *Quiz) Actions() []ui.Action {
	switch {
	case z.round == nil:
		return nil
	case z.now == nil:
		return append(append(z.onward(), ui.On(keymap.AskAgain, z.Init)), z.pager.Scrolling()...)
	case z.now.Feedback != nil:
		out := []ui.Action{ui.On(keymap.Go, ui.Do(z.next))}
		if file := z.now.Asked.CodeFile; z.now.Asked.Kind == course.Trace {
			out = append(out, ui.On(keymap.RunProgram, func() tea.Cmd {
				z.follow = true
				return z.programs.Run(file)
			}))
		}
		return append(out, z.pager.Scrolling()...)
	}
	return append(ui.Before(func() { z.follow = true }, z.now.Actions()), z.pager.Paging()...)
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
	switch {
	case z.round == nil:
		return
	case z.now == nil:
		z.pager.Set(append([]string{""}, ui.Indent("  ", z.ending(width-2))...), width, height)
		return
	}
	var out []string
	if z.round.Missed() && z.now.Feedback == nil {
		out = append(out, z.env.Theme.Warn.Render(workbook.Missed))
	}
	lines, keep := z.now.Lines(width)
	keep = keep.Plus(len(out))
	out = append(out, lines...)
	if printed := z.programs.Lines(z.now.Asked.CodeFile, width); z.now.Feedback != nil && printed != nil {
		out = append(append(out, ""), printed...)
		keep.Last = len(out) - 1
	}
	z.pager.Set(out, width, height)
	if z.follow {
		z.pager.Reveal(keep)
		z.follow = !z.env.Markdown.Complete()
	}
}

// View implements [page.Page].
func (z *Quiz) View() string { return z.pager.View() }

// ending is what stands at the end of the round, or instead of one.
func (z *Quiz) ending(width int) []string {
	if _, total := z.round.Progress(); total == 0 { // only a review can be empty
		return ui.WrapText(z.nothing, width)
	}
	style := z.env.Theme.Good
	if out := z.round.TestOut(); out != nil && out.Missed {
		style = z.env.Theme.Warn
	}
	return ui.Paint(style, ui.WrapText(z.round.Ending(), width))
}
