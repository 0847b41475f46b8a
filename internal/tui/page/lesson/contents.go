package lesson

import (
	"fmt"

	tea "charm.land/bubbletea/v2"
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
	shut := func() { p.contents = nil }
	return append([]ui.Action{
		ui.On(keymap.Does(keymap.Open, "go there"), func() tea.Cmd {
			shut()
			return p.visit(c.cursor.At)
		}),
		ui.On(keymap.ContentsDone, ui.Do(shut)),
	}, c.cursor.Moves(len(p.lesson.Sections), "section")...)
}

func (c *contents) layout(p *Lesson, width, height int) {
	t := p.env.Theme
	state := p.env.Workbook.Log.State()
	out := []string{t.Heading.Render("Contents"), ""}
	for i, s := range p.lesson.Sections {
		box, sign := "[ ]", "  "
		if state.SectionRead(p.lesson.ID, s.ID) {
			box = "[x]"
		}
		name := fmt.Sprintf("%s %s", box, s.Title)
		if i == c.cursor.At {
			sign, name = "> ", t.Cursor.Render(name)
		}
		out = append(out, xansi.Truncate(sign+name, width, "…"))
	}
	c.pager.Set(out, width, height)
	if c.cursor.Moved {
		c.pager.Reveal(ui.Span{First: c.cursor.At + 2, Last: c.cursor.At + 2})
		if c.cursor.At == 0 {
			c.pager.ScrollTo(0)
		}
		c.cursor.Moved = false
	}
}
