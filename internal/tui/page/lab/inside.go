package lab

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/text"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
	wire "example.com/leakproof/lessons/lab"
)

// inside are the goroutines of the service, as they were when asked for.
type inside struct {
	page    *Lab
	task    *ui.Task
	looking bool
	all     *wire.Goroutines // nil before the first look
	at      float64          // when that was
}

type lookedMsg struct {
	all *wire.Goroutines
	at  float64
	err error
}

func newInside(p *Lab) inside {
	i := inside{page: p}
	i.task = ui.NewTask(p.env.Jobs, func(msg tea.Msg) tea.Cmd {
		looked := msg.(lookedMsg)
		p.inside.looking = false
		if looked.err != nil {
			return p.env.Warn(looked.err)
		}
		p.inside.all, p.inside.at = looked.all, looked.at
		return nil
	})
	return i
}

// clear forgets what was seen.
func (i *inside) clear() {
	i.task.Stop()
	i.looking, i.all = false, nil
}

// look asks for the goroutines of now.
func (i *inside) look() tea.Cmd {
	r := i.page.run
	if !r.live() {
		return nil
	}
	i.looking = true
	run, at := r.run, r.record.At()
	return i.task.Start(func(ctx context.Context) tea.Msg {
		all, err := run.Goroutines(ctx)
		return lookedMsg{all, at, err}
	})
}

func (i *inside) actions() []ui.Action {
	r := i.page.run
	var out []ui.Action
	if !r.ended {
		out = append(out, ui.On(keymap.LookAgain, i.look).Unless(!r.live(), notYet))
	}
	if r.hello != nil {
		out = append(out, ui.On(keymap.CopyCommand, i.copyCommand))
	}
	return append(out, i.page.pagers[insideTab].Scrolling()...)
}

// command opens the goroutines in the real tool.
func (i *inside) command() string {
	return "go tool pprof -http=: " + i.page.run.hello.Pprof + "goroutine"
}

func (i *inside) copyCommand() tea.Cmd {
	return tea.Batch(tea.SetClipboard(i.command()), i.page.env.Notify("The command was sent to the clipboard. It works while the lab runs."))
}

// lines are the groups, those with the lab's own code first.
func (i *inside) lines(width int) []string {
	t, r := i.page.env.Theme, i.page.run
	if i.all == nil {
		if r.ended {
			return ui.WrapText("Nobody looked at the goroutines while the lab ran.", width)
		}
		if lines := i.page.building(min(width, ui.MaxText)); lines != nil {
			return lines
		}
		if !i.looking {
			return ui.WrapText("The service has not told its goroutines. "+keymap.Name(keymap.LookAgain)+" looks again.", width)
		}
		return ui.Paint(t.Dim, ui.WrapText("Looking at the goroutines of the service.", width))
	}
	head := fmt.Sprintf("%s at %s, in %s.", workbook.Count(i.all.Total, "goroutine"), lab.Seconds(i.at), workbook.Count(len(i.all.Groups), "group"))
	if !r.ended {
		head += fmt.Sprintf(" %s looks again.", keymap.Name(keymap.LookAgain))
	}
	out := ui.Paint(t.Bold, ui.WrapText(head, width))
	if r.hello != nil && !r.ended {
		real := fmt.Sprintf("With the real tool (%s copies it):", keymap.Name(keymap.CopyCommand))
		out = append(out, ui.Paint(t.Dim, ui.WrapText(real, width))...)
		out = append(out, ui.Paint(t.Accent, ui.MarkedCode("  "+i.command(), width))...)
	}
	for n, group := range i.all.Groups {
		switch {
		case n == 0 && group.Lab:
			out = append(out, "", t.Heading.Render("In the lab's own code"))
		case !group.Lab && (n == 0 || i.all.Groups[n-1].Lab):
			out = append(out, "", t.Heading.Render("In libraries and the runtime"))
		}
		out = append(out, i.group(group, width)...)
	}
	return out
}

const (
	countWidth = 7
	barWidth   = 12
)

// group is how many goroutines stand where: the innermost call, and those of the
// lab that led there.
func (i *inside) group(g wire.Group, width int) []string {
	t := i.page.env.Theme
	line := t.Bold.Render(fmt.Sprintf("%*s", countWidth, text.Amount("", float64(g.Count)))) + "  "
	if width >= roomy {
		line += ui.Bar(t, barWidth, g.Count, i.all.Total) + "  "
	}
	out := []string{line + t.Accent.Render(g.State)}
	indent := strings.Repeat(" ", countWidth+2)
	skipped := 0
	for n, f := range g.Frames {
		if n > 0 && !f.Lab { // where it waits, and whose it is
			skipped++
			continue
		}
		if skipped > 0 {
			out = append(out, indent+t.Dim.Render("… "+workbook.Count(skipped, "call")+" between"))
			skipped = 0
		}
		style := t.Dim
		if f.Lab {
			style = t.Bold
		}
		text := fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Func)
		out = append(out, ui.Indent(indent, ui.Paint(style, ui.MarkedCode(text, max(8, width-len(indent)))))...)
	}
	return out
}
