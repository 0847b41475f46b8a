package tui

import tea "charm.land/bubbletea/v2"

// pager shows a window of a slice of rendered lines.
type pager struct {
	lines  []string
	top    int
	height int
}

func (p *pager) set(lines []string, height int) {
	p.lines, p.height = lines, max(height, 1)
	p.scrollTo(p.top)
}

func (p *pager) scrollTo(top int) { p.top = max(0, min(top, p.last())) }

func (p *pager) last() int { return max(0, len(p.lines)-p.height) }

func (p *pager) atEnd() bool { return p.top >= p.last() }

func (p *pager) page() int { return max(1, p.height-1) }

// reveal scrolls as little as it takes to show the lines from first to last.
func (p *pager) reveal(first, last int) {
	if last >= p.top+p.height {
		p.scrollTo(last - p.height + 1)
	}
	if first < p.top {
		p.scrollTo(first)
	}
}

func (p *pager) window() []string {
	return p.lines[p.top:min(len(p.lines), p.top+p.height)]
}

// scrolling are the keys that every page understands.
func (p *pager) scrolling() []action {
	move := func(by func() int, help, desc string, keys ...string) action {
		return on(func() tea.Cmd { p.scrollTo(p.top + by()); return nil }, help, desc, keys...).hushed()
	}
	return []action{
		move(func() int { return -1 }, "up", "one line up", "up", "k"),
		move(func() int { return 1 }, "down", "one line down", "down", "j"),
		move(func() int { return -p.page() }, "pgup", "one page up", "pgup", "ctrl+b"),
		move(func() int { return p.page() }, "pgdn", "one page down", "pgdown", "ctrl+f"),
		move(func() int { return -p.top }, "home", "to the top", "home", "g"),
		move(func() int { return p.last() - p.top }, "end", "to the end", "end", "G"),
	}
}
