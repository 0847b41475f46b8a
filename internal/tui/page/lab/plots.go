package lab

import (
	"strings"

	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
	wire "example.com/leakproof/lessons/lab"
)

// plots are the curves as they were drawn last. Nothing but what the run says,
// the room and the colours changes them.
type plots struct {
	of    plotted
	lines []string
}

type plotted struct {
	width, height, first int
	run                  *lab.Record
	updates              int
	theme                string
}

const (
	plotGap   = 2  // columns between plots
	narrowest = 34 // columns of a plot beside another one
	lowest    = titleRows + 3 + axisRows
)

// grid says how many curves have room, and in how many columns.
func (p *Lab) grid(width, height int) (columns, rows int) {
	n := len(p.lab.Curves)
	stacked := max(1, (height-nameRows)/lowest)
	if n <= stacked || width < 2*narrowest+plotGap {
		return 1, min(n, stacked)
	}
	return 2, min((n+1)/2, stacked)
}

// plotLines are the curves that have room in so many cells, from the one on that
// the learner went to.
func (p *Lab) plotLines(width, height int) []string {
	r := p.run
	columns, rows := p.grid(width, height)
	p.plots = min(len(p.lab.Curves), columns*rows)
	of := plotted{width, height, p.firstPlot, r.record, r.updates, p.env.Theme.Name}
	if r.samples == 0 {
		return p.before(width, height)
	}
	if p.drawn.plots.of == of {
		return p.drawn.plots.lines
	}
	charts := make([]*chart, 0, p.plots)
	var beside sides
	for i := range p.plots {
		c := p.chart((p.firstPlot + i) % len(p.lab.Curves))
		beside.left = max(beside.left, c.widest())
		if len(c.lines) > 1 {
			beside.right = letters
		}
		charts = append(charts, c)
	}
	each := (width - (columns-1)*plotGap) / columns
	names := height >= titleRows+minPlot+axisRows+nameRows
	body := height
	if names {
		body -= nameRows
	}
	var out []string
	for row := range rows {
		tall := body / rows
		if row < body%rows {
			tall++
		}
		last := row == rows-1
		if last && names {
			tall += nameRows
		}
		var cells [][]string
		for column := range columns {
			if i := row*columns + column; i < len(charts) {
				charts[i].names = last && names
				cells = append(cells, charts[i].draw(p.env.Theme, each, tall, beside))
			}
		}
		out = append(out, abreast(cells, each, tall)...)
	}
	p.drawn.plots = plots{of, out}
	return out
}

// before is what stands in the place of curves as long as there are none.
func (p *Lab) before(width, height int) []string {
	text := min(width, ui.MaxText)
	out := p.building(text)
	if height > 4 {
		out = append(append([]string{""}, out...), "")
		out = append(out, p.env.Markdown.Prose(p.lab.Story, text)...)
	}
	for len(out) < height {
		out = append(out, "")
	}
	return out[:height]
}

// moreCurves says that there are curves which have no room beside those shown;
// "" if there are none.
func (p *Lab) moreCurves() string {
	more := len(p.lab.Curves) - p.plots
	if p.run.samples == 0 || more <= 0 {
		return ""
	}
	return p.env.Theme.Accent.Render(keymap.Name(keymap.MoreCurves)) + p.env.Theme.Dim.Render(": "+workbook.Count(more, "more curve"))
}

// abreast joins plots that stand beside each other.
func abreast(cells [][]string, width, height int) []string {
	out := make([]string, height)
	for i := range out {
		for j, cell := range cells {
			line := at(cell, i)
			if j < len(cells)-1 {
				line += strings.Repeat(" ", max(0, width+plotGap-xansi.StringWidth(line)))
			}
			out[i] += line
		}
	}
	return out
}

// chart is a curve of the lab with its numbers of the last seconds.
func (p *Lab) chart(i int) *chart {
	curve, r := p.lab.Curves[i], p.run.record
	c := &chart{title: curve.Title, unit: lab.Number(p.lab, curve.Numbers[0]).Unit, at: r.At(), top: max(1, p.scales[i].top)}
	for _, id := range curve.Numbers {
		c.lines = append(c.lines, line{title: lab.Number(p.lab, id).Title, now: p.now(id), points: r.Points(id, span)})
	}
	c.marks = p.marks(r.Events(span))
	return c
}

// marks are events with short names. One that follows the same setting at once,
// such as a restart that is over, has no mark of its own.
func (p *Lab) marks(events []wire.Event) (out []mark) {
	const atOnce = 2 // seconds
	var before *wire.Event
	for _, e := range events {
		s := p.setting(e)
		again := s != nil && before != nil && p.setting(*before) == s && e.At-before.At < atOnce
		switch {
		case !again:
			out = append(out, mark{e.At, p.markName(e)})
		case s.Kind == course.Knob:
			out[len(out)-1].text = p.markName(e)
		default:
			out[len(out)-1].text = s.ID
		}
		before = &e
	}
	return out
}

// setting is the one that an event is about, nil where it is about something
// else.
func (p *Lab) setting(e wire.Event) *course.Setting {
	if e.Setting == nil {
		return nil
	}
	return p.lab.Setting(e.Setting.Name)
}

// markName is a short name of an event.
func (p *Lab) markName(e wire.Event) string {
	if s := p.setting(e); s != nil {
		return s.ID + " " + lab.State(s, e.Setting.Value)
	}
	return xansi.Truncate(e.Text, 24, "…")
}
