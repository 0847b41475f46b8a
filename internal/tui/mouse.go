package tui

import (
	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/page"
)

// wheelLines is how far a notch of the wheel scrolls.
const wheelLines = 3

// place is where on the page the mouse is; ok is false where something else is
// shown, or outside of it.
func (a *app) place(m tea.Mouse) (x, y int, ok bool) {
	x, y = m.X-a.frame.margin, m.Y-a.frame.top
	return x, y, a.dialog == nil && x >= 0 && x < a.frame.width && y >= 0 && y < a.frame.height
}

func (a *app) wheel(msg tea.MouseWheelMsg) {
	lines := wheelLines
	switch msg.Button {
	case tea.MouseWheelUp:
		lines = -lines
	case tea.MouseWheelDown:
	default: // to the side
		return
	}
	x, y, ok := a.place(msg.Mouse())
	if !ok {
		return
	}
	if a.help != nil {
		a.help.pager.Scroll(lines)
	} else if p, pointed := a.top().(page.Pointed); pointed {
		p.Wheel(x, y, lines)
	}
}

func (a *app) click(msg tea.MouseClickMsg) tea.Cmd {
	x, y, ok := a.place(msg.Mouse())
	p, pointed := a.top().(page.Pointed)
	if !ok || !pointed || a.help != nil || msg.Button != tea.MouseLeft {
		return nil
	}
	a.notice = ""
	return p.Click(x, y)
}
