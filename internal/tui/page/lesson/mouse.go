package lesson

import (
	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
)

// Wheel implements [page.Pointed].
func (p *Lesson) Wheel(_, y, lines int) {
	switch {
	case p.contents != nil:
		p.contents.pager.Scroll(lines)
	case p.focus != nil:
		p.focus.Wheel(y, lines)
	default:
		p.pager.Scroll(lines)
	}
}

// Click implements [page.Pointed]. In the text, a click on a question begins to
// answer it.
func (p *Lesson) Click(x, y int) tea.Cmd {
	switch {
	case p.contents != nil:
		p.contents.click(p, y)
		return nil
	case p.focus != nil:
		return p.focus.Click(x, y)
	}
	line := y + p.pager.Top()
	if y >= p.pager.Height() || line >= len(p.blocks) || p.blocks[line] < 0 || p.blocks[line] >= len(p.section().Blocks) {
		return nil
	}
	b := p.section().Blocks[p.blocks[line]]
	if b.Kind != course.Checkpoint {
		return nil
	}
	if q := p.question(b.Question); q.Feedback == nil || !q.Feedback.Right {
		return p.answering(q)
	}
	return nil
}
