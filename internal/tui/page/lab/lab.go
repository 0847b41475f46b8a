// Package lab shows a live lab: its story, the curves of a run under load with
// the switches that act on it, the goroutines of its service, and a summary.
package lab

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
)

// Lab is the page of a lab.
type Lab struct {
	env  *page.Env
	lab  *course.Lab
	tab  tab
	run  *run
	seen bool // it is recorded that numbers were seen
	met  bool // ... and that the mission was met

	cursor    ui.Cursor // the setting
	firstPlot int       // the first curve shown, where there is no room for all
	plots     int       // how many are shown
	scales    []scale   // of the curves
	mission   lab.MissionState
	outcomes  []lab.Outcome
	asking    *asking
	explained *ui.Question            // the answer that is being explained
	answered  map[string]*ui.Question // by id of the prediction
	inside    inside
	summary   summary

	width, height int // of what is below the tabs' names
	top           int // lines of those
	tabEnds       [len(tabNames)]int
	drawn         drawing
	pagers        [len(tabNames)]ui.Pager
	code          ui.Pager
}

// New is the page of a lab.
func New(e *page.Env, l *course.Lab) *Lab {
	p := &Lab{env: e, lab: l, scales: make([]scale, len(l.Curves)), answered: map[string]*ui.Question{}}
	p.run = newRun(p)
	p.inside = newInside(p)
	p.summary = newSummary(p)
	if e.Workbook.Log.State().LabSeen(l.ID) {
		p.tab = liveTab
	}
	return p
}

// Title implements [page.Page].
func (p *Lab) Title() string { return "Lab: " + p.lab.Title }

// Status implements [page.Page].
func (p *Lab) Status() string {
	r := p.run
	switch {
	case r.ended:
		return "ended"
	case r.built != nil && r.built.Total > 0:
		return fmt.Sprintf("compiling %d of %d", r.built.Done, r.built.Total)
	case !r.live():
		return "starting"
	default:
		return "live " + lab.Seconds(r.record.At())
	}
}

// Init implements [page.Page]. The run begins at once: who reads the story has
// the curves waiting.
func (p *Lab) Init() tea.Cmd { return p.run.start() }

// Update implements [page.Page].
func (p *Lab) Update(tea.Msg) tea.Cmd { return nil }

// Close implements [page.Page].
func (p *Lab) Close() {
	p.run.stop()
	p.inside.task.Stop()
	p.summary.task.Stop()
}

// sampled takes note of what a new sample means.
func (p *Lab) sampled() tea.Cmd {
	r := p.run.record
	for i, c := range p.lab.Curves {
		highest := 0.0
		for _, number := range c.Numbers {
			for _, point := range r.Points(number, span) {
				highest = max(highest, point.Value)
			}
		}
		p.scales[i].fit(highest, lab.Number(p.lab, c.Numbers[0]).Unit)
	}
	p.mission, p.outcomes = r.Mission(), r.Outcomes()
	var cmds []tea.Cmd
	if p.run.samples == 1 { // a tab that was opened before has waited for this
		cmds = append(cmds, p.goTo(p.tab))
	}
	if !p.seen {
		p.seen = true
		cmds = append(cmds, p.saw(false))
	}
	if p.mission.Met && !p.met {
		p.met = true
		cmds = append(cmds, p.saw(true))
	}
	return tea.Batch(cmds...)
}

func (p *Lab) saw(met bool) tea.Cmd {
	return p.env.Record(func(ctx context.Context) error { return p.env.Workbook.SawLab(ctx, p.lab, met) })
}

// runEnded shows what is left of a run that has ended by itself.
func (p *Lab) runEnded() tea.Cmd {
	p.asking = nil
	if p.tab == liveTab { // which says why
		return nil
	}
	return tea.Batch(p.env.Warn(p.run.problem), p.summary.make())
}

// mayLeave asks first: a key too many after an explanation would end the run.
func (p *Lab) mayLeave() tea.Cmd {
	return p.env.Ask("End the run? Its summary stays.", p.leave)
}

// leave ends a run that has shown something, and tells what it was.
func (p *Lab) leave() tea.Cmd {
	p.asking, p.explained = nil, nil
	p.run.stop()
	p.tab = summaryTab
	return p.summary.make()
}

// again runs the lab anew.
func (p *Lab) again() tea.Cmd {
	p.mission, p.outcomes, p.explained, p.tab = lab.MissionState{}, nil, nil, liveTab
	p.scales = make([]scale, len(p.lab.Curves))
	p.inside.clear()
	return p.run.start()
}

// Actions implements [page.Page].
func (p *Lab) Actions() []ui.Action {
	actions := p.actions()
	for i, a := range actions {
		actions[i].Do = func() tea.Cmd { return tea.Batch(p.run.touch(), a.Do()) }
	}
	return actions
}

func (p *Lab) actions() []ui.Action {
	switch {
	case p.tab == liveTab && p.asking != nil:
		return p.asking.actions()
	case p.tab == liveTab && p.explained != nil:
		done := ui.On(keymap.ExplainDone, ui.Do(func() { p.explained = nil }))
		return append([]ui.Action{done}, p.explained.Scrolling()...)
	}
	var out []ui.Action
	if p.met || p.env.Workbook.Log.State().LabMet(p.lab.ID) {
		out = append(out, page.GoOn(p.env, p.env.Workbook.LabStep(p.lab)))
	}
	switch p.tab {
	case storyTab:
		out = append(out, ui.On(keymap.WatchLive, func() tea.Cmd { return p.goTo(liveTab) }))
		out = append(out, p.pagers[storyTab].Scrolling()...)
	case liveTab:
		out = append(out, p.liveActions()...)
	case insideTab:
		out = append(out, p.inside.actions()...)
	case summaryTab:
		out = append(out, p.summary.actions()...)
	}
	if p.run.ended {
		out = append(out, ui.On(keymap.RunAgain, p.again))
	}
	out = append(out,
		ui.On(keymap.NextTab, func() tea.Cmd { return p.turn(1) }),
		ui.On(keymap.PreviousTab, func() tea.Cmd { return p.turn(-1) }).Hushed(),
	)
	for i, name := range tabNames {
		out = append(out, ui.On(keymap.Digit(i+1, name), func() tea.Cmd { return p.goTo(tab(i)) }).Hushed())
	}
	if p.run.live() && p.run.turned { // else there is nothing to tell, and going back ends it too
		out = append(out, ui.On(keymap.EndRun, p.mayLeave))
	}
	return out
}

// tab is one of the leaves of the page.
type tab int

const (
	storyTab tab = iota
	liveTab
	insideTab
	summaryTab
)

var tabNames = [...]string{"Story", "Live", "Goroutines", "Summary"}

func (p *Lab) turn(by int) tea.Cmd {
	return p.goTo(tab((int(p.tab) + by + len(tabNames)) % len(tabNames)))
}

func (p *Lab) goTo(t tab) tea.Cmd {
	p.tab = t
	switch t {
	case insideTab:
		return p.inside.look()
	case summaryTab:
		return p.summary.make()
	default:
		return nil
	}
}

// tabLine names the tabs. It keeps where each of them stands, for the mouse.
func (p *Lab) tabLine() string {
	t, line, at := p.env.Theme, "", 0
	for i, name := range tabNames {
		label := fmt.Sprintf("%d %s", i+1, name)
		if tab(i) == p.tab {
			label = t.Cursor.Render("[" + label + "]")
		} else {
			label = t.Dim.Render(" " + label + " ")
		}
		line += label
		at += len(tabNames[i]) + len("[1 ]")
		p.tabEnds[i] = at
	}
	if at > p.width {
		p.tabEnds = [len(tabNames)]int{}
		return t.Cursor.Render(fmt.Sprintf("[%d %s]", p.tab+1, tabNames[p.tab])) + t.Dim.Render(" "+keymap.Name(keymap.NextTab)+": more")
	}
	return line
}

// Layout implements [page.Page].
func (p *Lab) Layout(width, height int) {
	p.width, p.top = width, 1
	if height > 20 {
		p.top = 2
	}
	p.height = max(1, height-p.top)
	switch p.tab {
	case storyTab:
		p.pagers[storyTab].Set(p.storyLines(width), width, p.height)
	case liveTab:
		p.layoutLive()
	case insideTab:
		p.pagers[insideTab].Set(p.inside.lines(width), width, p.height)
	case summaryTab:
		p.pagers[summaryTab].Set(p.summary.lines(width), width, p.height)
	}
}

// View implements [page.Page].
func (p *Lab) View() string {
	out := make([]string, p.top)
	out[0] = p.tabLine()
	if more := p.more(); more != "" {
		out[0] = ui.Fit(out[0], p.width-xansi.StringWidth(more)) + more
	}
	if p.tab == liveTab {
		return strings.Join(append(out, p.drawn.lines...), "\n")
	}
	return strings.Join(out, "\n") + "\n" + p.pagers[p.tab].View()
}

// more says that there is more than is in sight, and with which key.
func (p *Lab) more() string {
	switch {
	case p.tab != liveTab:
		return p.env.Theme.Accent.Render(p.pagers[p.tab].More())
	case p.explained != nil:
		return p.env.Theme.Accent.Render(p.explained.More())
	default:
		return p.moreCurves()
	}
}

// Wheel implements [page.Pointed].
func (p *Lab) Wheel(_, y, lines int) {
	switch {
	case p.tab != liveTab:
		p.pagers[p.tab].Scroll(lines)
	case p.asking != nil:
		p.asking.question.Wheel(y-p.top-p.drawn.paneTop, lines)
	case p.explained != nil:
		p.explained.Wheel(y-p.top-p.drawn.paneTop, lines)
	default:
		p.code.Scroll(lines)
	}
}

// Click implements [page.Pointed].
func (p *Lab) Click(x, y int) tea.Cmd { return tea.Batch(p.run.touch(), p.click(x, y)) }

func (p *Lab) click(x, y int) tea.Cmd {
	if y == 0 {
		for i, end := range p.tabEnds {
			if x < end {
				return p.goTo(tab(i))
			}
		}
		return nil
	}
	if p.tab != liveTab || y < p.top {
		return nil
	}
	return p.clickLive(x, y-p.top)
}
