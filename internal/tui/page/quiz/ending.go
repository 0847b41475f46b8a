package quiz

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/review"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/theme"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// ending is what stands at the end of a round: how it went, what was missed,
// which section says it, and when it is asked again.
type ending struct {
	missed []*course.Question
	cursor ui.Cursor
	spans  []ui.Span // the lines of each question missed
	again  string    // when review asks them again, once that is known
	task   *ui.Task  // finds it out
	pager  ui.Pager
}

func (e *ending) begin(r *workbook.Round) {
	e.missed, e.cursor, e.again = r.Astray(), ui.Cursor{Moved: true}, ""
	e.pager.ScrollTo(0)
}

func (e *ending) scheduled(msg tea.Msg) tea.Cmd {
	e.again = msg.(review.Schedule).Again(e.missed)
	return nil
}

// lookAhead finds out when what was missed is asked again. It does so anew each
// time that answers have been recorded.
func (z *Quiz) lookAhead() tea.Cmd {
	if z.round == nil || z.now != nil || len(z.ending.missed) == 0 || z.round.TestOut() != nil {
		return nil
	}
	return z.ending.task.Start(func(context.Context) tea.Msg { return z.env.Workbook.Review() })
}

func (z *Quiz) endActions() []ui.Action {
	again := ui.On(keymap.AskAgain, z.Init)
	if len(z.ending.missed) == 0 {
		return append(append(z.onward(), again), z.ending.pager.Scrolling()...)
	}
	out := append([]ui.Action{ui.On(keymap.Does(keymap.Open, "read the section"), z.openSection)}, append(z.onward(), again)...)
	out = append(out, z.ending.cursor.Moves(len(z.ending.missed), "question")...)
	for i := range min(9, len(z.ending.missed)) {
		out = append(out, ui.On(keymap.Digit(i+1, fmt.Sprintf("question %d", i+1)), ui.Do(func() { z.ending.moveTo(i) })).Hushed())
	}
	return append(out, z.ending.pager.Paging()...)
}

func (e *ending) moveTo(i int) { e.cursor.At, e.cursor.Moved = i, true }

// openSection opens the section that says what the question asked.
func (z *Quiz) openSection() tea.Cmd {
	l, s := z.env.Workbook.Course.Said(z.ending.missed[z.ending.cursor.At])
	if s == nil {
		s = l.Sections[0]
	}
	return z.env.Open(page.Route{Page: page.Lesson, ID: l.ID, Section: s.ID})
}

// clickMissed goes to a question that was missed and, where it was there, opens
// its section.
func (z *Quiz) clickMissed(y int) tea.Cmd {
	line := y + z.ending.pager.Top()
	for i, s := range z.ending.spans {
		if line < s.First || line > s.Last {
			continue
		}
		if i == z.ending.cursor.At {
			return z.openSection()
		}
		z.ending.moveTo(i)
	}
	return nil
}

func (z *Quiz) layoutEnding(width, height int) {
	e, t := &z.ending, z.env.Theme
	if _, total := z.round.Progress(); total == 0 { // only a review can be empty
		e.pager.Set(ui.WrapText(z.nothing, width), width, height)
		return
	}
	out := []string{z.badge(), ""}
	out = append(out, ui.WrapText(strings.TrimSpace(z.round.Ending()+" "+e.again), width)...)
	e.spans = e.spans[:0]
	if len(e.missed) > 0 {
		out = append(out, "", t.Heading.Render("Missed at first, and where it is said"), "")
	}
	for i, q := range e.missed {
		start := len(out)
		out = append(out, z.missedLines(i, q, width)...)
		e.spans = append(e.spans, ui.Span{First: start, Last: len(out) - 1})
	}
	e.pager.Set(out, width, height)
	if e.cursor.Moved && len(e.spans) > 0 {
		e.pager.Reveal(e.spans[e.cursor.At])
		if e.cursor.At == 0 {
			e.pager.ScrollTo(0)
		}
		e.cursor.Moved = false
	}
}

func (z *Quiz) badge() string {
	right := fmt.Sprintf("%d of %d", z.round.FirstTry(), z.total())
	if out := z.round.TestOut(); out != nil && out.Missed {
		return z.env.Theme.Badge(theme.Negative, "Not this time")
	}
	if len(z.ending.missed) == 0 {
		return z.env.Theme.Badge(theme.Positive, right)
	}
	return z.env.Theme.Badge(theme.Neutral, right)
}

func (z *Quiz) total() int {
	_, total := z.round.Progress()
	return total
}

// missedLines are a question in a line, and the place that says it.
func (z *Quiz) missedLines(i int, q *course.Question, width int) []string {
	t := z.env.Theme
	sign, stem := "  ", xansi.Truncate(ui.OneLine(q.Stem), width-6, "…")
	if i == z.ending.cursor.At {
		sign, stem = "> ", t.Cursor.Render(stem)
	}
	place := xansi.Truncate(z.env.Workbook.SaidIn(q), width-7, "…")
	return []string{fmt.Sprintf("%s%2d. %s", sign, i+1, stem), "      " + t.Dim.Render(place)}
}
