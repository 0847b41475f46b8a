package lab

import (
	"cmp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
)

// drawing is the live page as it was laid out.
type drawing struct {
	lines   []string
	paneTop int // the first line of a question or an explanation
	list    list
	plots   plots
}

// list is where the settings stand: one a line, from a column on.
type list struct{ top, left, first, shown int }

// From these sizes on, the switches and their code stand beside the curves, and
// from the smaller ones on there is room for code below them.
const (
	wideWidth, wideHeight     = 100, 24
	mediumWidth, mediumHeight = 56, 14
	roomy                     = 56 // columns from which on a bar is no waste
	listHeight                = 26 // from where on all settings have a line each
	between                   = 3  // columns between the two sides
	outcomeFor                = 15 // seconds for which an outcome stands in the place of the mission
)

// notYet is why something cannot be done before there are numbers.
const notYet = "The lab is still starting."

func (p *Lab) liveActions() []ui.Action {
	off := ""
	switch {
	case p.run.ended:
		off = "The run has ended: " + keymap.Name(keymap.RunAgain) + " runs it again."
	case !p.run.live():
		off = notYet
	}
	s := p.lab.Settings[p.cursor.At]
	step := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			at := slices.Index(s.Values, p.run.value(s.ID)) + by
			return p.turnTo(s, s.Values[max(0, min(at, len(s.Values)-1))])
		}
	}
	around := func() tea.Cmd {
		at := slices.Index(s.Values, p.run.value(s.ID)) + 1
		return p.turnTo(s, s.Values[at%len(s.Values)])
	}
	out := ui.Before(p.code.ToTop, p.cursor.Moves(len(p.lab.Settings), "setting"))
	toggle, raise, lower := ui.On(keymap.Toggle, around), ui.On(keymap.Raise, step(1)), ui.On(keymap.Lower, step(-1))
	if s.Kind == course.Knob {
		toggle = ui.On(keymap.Does(keymap.Toggle, "next value"), around).Hushed()
	} else {
		raise, lower = raise.Hushed(), lower.Hushed()
	}
	out = append(out, toggle.Unless(off != "", off), lower.Unless(off != "", off), raise.Unless(off != "", off))
	if o := p.outcome(); o != nil {
		out = append(out, ui.On(keymap.Explain, ui.Do(p.explain)).Unless(o.Seen == "", "What the curve does cannot be told yet."))
	}
	out = append(out, ui.On(keymap.SeeCode, func() tea.Cmd { return p.openCode(s) }).Unless(s.Code == "", "There is no code behind it: it is what happens outside of the service."))
	if p.moreCurves() != "" {
		out = append(out, ui.On(keymap.MoreCurves, ui.Do(func() { p.firstPlot = (p.firstPlot + p.plots) % len(p.lab.Curves) })))
	}
	return append(out, p.code.Turning()...)
}

func (p *Lab) layoutLive() {
	d := &p.drawn
	d.lines, d.list = d.lines[:0], list{}
	switch {
	case p.wide():
		p.layoutWide(d)
	case p.width >= mediumWidth && p.height >= mediumHeight:
		p.layoutMedium(d)
	default:
		p.layoutSmall(d)
	}
	d.lines = d.lines[:min(len(d.lines), p.height)]
}

func (p *Lab) wide() bool { return p.width >= wideWidth && p.height >= wideHeight }

// layoutWide has the curves and the mission at the left, the settings and their
// code at the right.
func (p *Lab) layoutWide(d *drawing) {
	d.lines = append(append(d.lines, p.picture(p.width)...), "")
	height := p.height - len(d.lines)
	left := (p.width - between) * 54 / 100
	right := p.width - between - left

	below := p.note(left)
	if below == nil {
		below = []string{""} // it comes and goes, and the curves stay where they are
	}
	below = append(below, p.missionLines(left)...)
	below = below[:min(len(below), height/2)]
	columnLeft := append(p.plotLines(left, height-len(below)), below...)

	d.list = list{top: len(d.lines), left: left + between, shown: min(len(p.lab.Settings), height-8)}
	columnRight := append(p.settingLines(right, &d.list), "")
	d.paneTop = len(d.lines) + len(columnRight)
	columnRight = append(columnRight, p.pane(right, height-len(columnRight))...)
	rule := p.env.Theme.Picture.Render(" │ ")
	for i := range height {
		d.lines = append(d.lines, ui.Fit(at(columnLeft, i), left)+rule+at(columnRight, i))
	}
}

// layoutMedium has the curves on top, and below them a setting with its code.
func (p *Lab) layoutMedium(d *drawing) {
	d.lines = append(d.lines, p.pictureLine(p.width))
	tall := p.height >= listHeight
	plots := max(8, (p.height-4)*2/5)
	if tall { // what the longest code leaves
		plots = max(plots, min(p.height*3/5, p.height-len(p.lab.Settings)-4-p.longestCode(p.width)))
	}
	d.lines = append(d.lines, p.plotLines(p.width, plots)...)
	if !p.questioned() {
		d.lines = append(d.lines, cmp.Or(p.noteLine(p.width), p.outcomeLine(p.width)))
		d.lines = append(d.lines, p.missionBrief(p.width)...)
		if tall {
			d.list = list{top: len(d.lines), shown: len(p.lab.Settings)}
			d.lines = append(append(d.lines, p.settingLines(p.width, &d.list)...), "")
		} else {
			d.lines = append(d.lines, p.chips(p.width))
		}
	}
	d.paneTop = len(d.lines)
	d.lines = append(d.lines, p.pane(p.width, max(1, p.height-d.paneTop))...)
}

// layoutSmall has the numbers of now, one curve and a few settings.
func (p *Lab) layoutSmall(d *drawing) {
	r := p.run
	if p.questioned() {
		d.paneTop = 0
		d.lines = append(d.lines, p.pane(p.width, p.height)...)
		return
	}
	d.lines = append(d.lines, p.pictureLine(p.width))
	last := cmp.Or(p.noteLine(p.width), p.missionLine(p.width))
	if o := p.outcome(); o != nil && r.record.At()-o.From < outcomeFor {
		last = cmp.Or(p.noteLine(p.width), p.outcomeLine(p.width))
	}
	shown := min(len(p.lab.Settings), max(1, (p.height-2)/3))
	plot := p.height - 2 - shown
	if plot >= titleRows+minPlot+axisRows {
		d.lines = append(d.lines, p.plotLines(p.width, plot)...)
	}
	d.list = list{top: len(d.lines), shown: shown}
	d.lines = append(d.lines, p.settingLines(p.width, &d.list)...)
	d.lines = append(d.lines, last)
}

// at is a line of a column, which may have less.
func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// questioned reports whether a question or its explanation stands in the place
// of the code.
func (p *Lab) questioned() bool { return p.asking != nil || p.explained != nil }

// pane is what stands below the settings: a question, its explanation, or what
// was predicted and the code of the setting.
func (p *Lab) pane(width, height int) []string {
	question := p.explained
	if p.asking != nil {
		question = p.asking.question
	}
	if question != nil {
		question.Layout(width, height, nil, nil)
		return strings.Split(question.View(), "\n")
	}
	lines := p.codeLines(p.lab.Settings[p.cursor.At], width)
	if outcome := p.outcomeLines(width); outcome != nil && p.wide() {
		lines = append(append(outcome, ""), lines...)
	}
	p.code.Set(lines, width, height)
	return strings.Split(p.code.View(), "\n")
}

// note is what has to be known now; nil if nothing has.
func (p *Lab) note(width int) []string {
	if lines := p.building(width); lines != nil {
		if p.run.samples == 0 { // it stands in the place of the curves
			return nil
		}
		return lines
	}
	warning := p.run.warning()
	if warning == "" {
		return nil
	}
	return ui.Paint(p.env.Theme.Warn, ui.Wrap("! "+warning, width))
}

// noteLine is that in one line; "" if there is none.
func (p *Lab) noteLine(width int) string {
	lines := p.note(width)
	switch len(lines) {
	case 0:
		return ""
	case 1:
		return ui.Fit(lines[0], width)
	default:
		return ui.Fit(lines[0], width-1) + "…"
	}
}

func (p *Lab) clickLive(x, y int) tea.Cmd {
	l := p.drawn.list
	if p.asking != nil {
		return p.asking.question.Click(x, y-p.drawn.paneTop)
	}
	if x < l.left || y < l.top || y >= l.top+l.shown {
		return nil
	}
	i := l.first + y - l.top
	if i != p.cursor.At {
		p.cursor.At = i
		p.code.ToTop()
		return nil
	}
	for _, a := range p.liveActions() {
		if a.Help().Key == keymap.Name(keymap.Toggle) {
			if a.Off != "" {
				return p.env.Notify(a.Off)
			}
			return a.Do()
		}
	}
	return nil
}
