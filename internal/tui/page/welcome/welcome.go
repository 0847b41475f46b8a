// Package welcome is the page that a learner sees once, before home: what this
// is, and three ways in.
package welcome

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// Welcome is the page of the first run.
type Welcome struct {
	env     *page.Env
	ways    []way
	cursor  ui.Cursor
	looked  *ui.Task // at the machine
	problem string   // what keeps katas from being checked on it; "" until that is known
	pager   ui.Pager // the text
	drawn   []string // the ways, below it
}

// way is a way into the workbook.
type way struct {
	name, leads string
	take        func() tea.Cmd
}

// New is the page of the first run.
func New(e *page.Env) *Welcome {
	p := &Welcome{env: e}
	p.looked = ui.NewTask(e.Jobs, func(msg tea.Msg) tea.Cmd {
		p.problem = msg.(string)
		return nil
	})
	to := func(s workbook.Step) way {
		return way{
			leads: fmt.Sprintf("%s, %s", s.Name(), workbook.Time(s.Left)),
			take:  func() tea.Cmd { return e.Replace(page.RouteTo(s)) },
		}
	}
	if first, ok := e.Workbook.Next(); ok {
		path := to(first)
		path.name = "Follow the path"
		p.ways = append(p.ways, path)
	}
	if k := e.Workbook.FirstKata(); k != nil {
		kata := to(e.Workbook.RepairStep(k))
		kata.name = "Repair a kata now"
		p.ways = append(p.ways, kata)
	}
	p.ways = append(p.ways, way{name: "Look around", leads: "the map of everything", take: e.Back})
	return p
}

// Title implements [page.Page].
func (p *Welcome) Title() string { return "Welcome" }

// Status implements [page.Page].
func (p *Welcome) Status() string {
	if p.pager.AtEnd() {
		return ""
	}
	return "more ↓"
}

// Init implements [page.Page]. It records that the learner was welcomed, and
// looks whether the machine is fit.
func (p *Welcome) Init() tea.Cmd {
	look := p.looked.Start(func(ctx context.Context) tea.Msg {
		if p.env.Workbook.Problem == nil {
			return ""
		}
		return p.env.Workbook.Problem(ctx)
	})
	welcomed := p.env.Record(func(ctx context.Context) error {
		p.env.Workbook.Welcomed(ctx)
		return nil
	})
	return tea.Batch(welcomed, look)
}

// Update implements [page.Page].
func (p *Welcome) Update(tea.Msg) tea.Cmd { return nil }

// Close implements [page.Page].
func (p *Welcome) Close() { p.looked.Stop() }

// Actions implements [page.Page].
func (p *Welcome) Actions() []ui.Action {
	return append(append([]ui.Action{ui.On(keymap.Does(keymap.Open, "begin"), p.ways[p.cursor.At].take)},
		p.cursor.Moves(len(p.ways), "way in")...), p.pager.Scrolling()...)
}

// Layout implements [page.Page]. The ways in are always in sight; the text above
// them scrolls where there is little room.
func (p *Welcome) Layout(width, height int) {
	t := p.env.Theme
	text := ui.WrapText(workbook.WhatItIs, width)
	text = append(append(text, ""), ui.Paint(t.Heading, ui.WrapText(workbook.WhatFor, width))...)
	text = append(append(text, ""), ui.Paint(t.Dim, ui.WrapText(p.env.Workbook.HowLong(), width))...)
	if p.problem != "" {
		text = append(append(text, ""), ui.Paint(t.Warn, ui.WrapText(p.problem, width))...)
	}
	p.drawn = p.drawn[:0]
	for i, w := range p.ways {
		p.drawn = append(p.drawn, p.way(w, i == p.cursor.At, width))
	}
	p.pager.Set(text, width, max(1, min(len(text), height-1-len(p.drawn))))
}

// View implements [page.Page].
func (p *Welcome) View() string {
	return p.pager.View() + "\n\n" + strings.Join(p.drawn, "\n")
}

// way draws a way in and, where there is room, where it leads.
func (p *Welcome) way(w way, selected bool, width int) string {
	t := p.env.Theme
	sign, name := "  ", ui.Fit(w.name, 19)
	if selected {
		sign, name = t.Cursor.Render("› "), t.Cursor.Render(name)
	}
	if line := sign + name + "  " + t.Dim.Render(w.leads); xansi.StringWidth(line) <= width {
		return line
	}
	return sign + strings.TrimRight(name, " ")
}

// Wheel implements [page.Pointed].
func (p *Welcome) Wheel(_, _, lines int) { p.pager.Scroll(lines) }

// Click implements [page.Pointed]: on the selected way it takes it.
func (p *Welcome) Click(_, y int) tea.Cmd {
	at := y - p.pager.Height() - 1
	if at < 0 || at >= len(p.ways) {
		return nil
	}
	if at == p.cursor.At {
		return p.ways[at].take()
	}
	p.cursor.At = at
	return nil
}
