package lesson

import (
	"fmt"

	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
)

// contents is the table of a lesson's sections.
type contents struct {
	cursor ui.Cursor
	pager  ui.Pager
}

func newContents(p *Lesson) *contents { return &contents{cursor: ui.Cursor{At: p.at, Moved: true}} }

func (c *contents) actions(p *Lesson) []ui.Action {
	out := append([]ui.Action{
		ui.On(keymap.Does(keymap.Open, "go there"), ui.Do(func() { p.contents.open(p) })),
		ui.On(keymap.ContentsDone, ui.Do(func() { p.contents = nil })),
	}, c.cursor.Moves(len(p.lesson.Sections), "section")...)
	for i := range min(9, len(p.lesson.Sections)) {
		out = append(out, ui.On(keymap.Digit(i+1, fmt.Sprintf("section %d", i+1)), ui.Do(func() { c.cursor.At, c.cursor.Moved = i, true })).Hushed())
	}
	return append(out, c.pager.Paging()...)
}

// open goes to the section under the cursor.
func (c *contents) open(p *Lesson) {
	p.contents = nil
	p.visit(c.cursor.At)
}

// click opens the section of a row.
func (c *contents) click(p *Lesson, y int) {
	if i := y + c.pager.Top() - contentsHead; i >= 0 && i < len(p.lesson.Sections) {
		c.cursor.At = i
		c.open(p)
	}
}

// contentsHead is how many lines stand above the rows.
const contentsHead = 2

func (c *contents) layout(p *Lesson, width, height int) {
	t := p.env.Theme
	state := p.env.Workbook.Log.State()
	out := []string{t.Heading.Render("Contents"), ""}
	for i, s := range p.lesson.Sections {
		box, sign := "○", "  "
		if p.read[s.ID] || state.SectionRead(p.lesson.ID, s.ID) {
			box = "✓"
		}
		name := fmt.Sprintf("%s %2d. %s", box, i+1, s.Title)
		if i == c.cursor.At {
			sign, name = "> ", t.Cursor.Render(name)
		}
		out = append(out, xansi.Truncate(sign+name, width, "…"))
	}
	c.pager.Set(out, width, height)
	if c.cursor.Moved {
		c.pager.Reveal(ui.Span{First: c.cursor.At + contentsHead, Last: c.cursor.At + contentsHead})
		if c.cursor.At == 0 {
			c.pager.ScrollTo(0)
		}
		c.cursor.Moved = false
	}
}
