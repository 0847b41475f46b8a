package lesson

import (
	"fmt"
	"path"
	"strings"

	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// render draws the whole section. Keep says which lines of it to keep in
// sight: what the last key was about.
func (p *Lesson) render(width int) (out []string, keep ui.Span) {
	p.blocks = p.blocks[:0]
	add := func(block int, lines ...string) {
		for _, line := range lines {
			out = append(out, line)
			p.blocks = append(p.blocks, block)
		}
	}
	add(-1, p.env.Theme.Heading.Render(p.section().Title), "")
	tasks := 0
	for i, b := range p.section().Blocks {
		if b.Kind != course.Task && i > 0 && p.section().Blocks[i-1].Kind == course.Task {
			add(i, "") // tasks stand close together
		}
		start := len(out)
		switch b.Kind {
		case course.Task:
			tasks++
			add(i, p.taskLines(tasks, b, width)...)
			continue
		case course.Run:
			add(i, p.runLines(b, width)...)
			if b.File == p.ran && p.focus == nil {
				keep = ui.Span{First: start, Last: len(out) - 1}
			}
		case course.Checkpoint:
			lines, at := p.checkpointLines(b.Question, width-2)
			if p.focus != nil && p.focus.Asked == b.Question {
				keep = at.Plus(start)
				if p.whole {
					keep = ui.Span{First: start, Last: start + len(lines)}
				}
			}
			bar := p.env.Theme.Accent.Render("│") + " "
			for _, line := range lines {
				add(i, bar+line)
			}
		default:
			add(i, p.block(b, width)...)
		}
		add(i, "")
	}
	return out, keep
}

// taskLines shows a task with its number, which ticks it.
func (p *Lesson) taskLines(number int, b course.Block, width int) []string {
	box := "[ ] "
	if p.isTicked(b.Task) {
		box = "[x] "
	}
	mark := fmt.Sprintf("%d. %s", number, box)
	return ui.Indent(mark, p.env.Markdown.Prose(b.Text, min(width, ui.MaxText)-len(mark)))
}

// runLines shows how to run a program and, once it has run, what it printed.
func (p *Lesson) runLines(b course.Block, width int) []string {
	t := p.env.Theme
	how := fmt.Sprintf("%s runs it: go run ./%s", keymap.Name(keymap.RunProgram), path.Dir(b.File))
	out := []string{t.Accent.Render(xansi.Truncate(how, width, "…"))}
	out = append(out, ui.Paint(t.Dim, ui.WrapText(b.Text, width))...)
	return append(out, p.programs.Lines(b.File, width)...)
}

// block draws what is the same each time: prose, code and pictures.
func (p *Lesson) block(b course.Block, width int) []string {
	t := p.env.Theme
	switch b.Kind {
	case course.Code:
		style := t.Dim
		if b.Wrong {
			style = t.Bad
		}
		caption := ui.Paint(style, ui.WrapText(b.Caption(), width-2))
		return append(ui.Indent("  ", caption), p.env.Markdown.Go(b.Text)...)
	case course.Picture:
		lines := ui.Paint(t.Accent, strings.Split(b.Text, "\n"))
		if ui.Widest(lines) > width {
			lines = append(lines, ui.Paint(t.Dim, ui.Wrap("In words: "+b.Alt, width))...)
		}
		return lines
	case course.Drill:
		return ui.Wrap(workbook.Practise(b.Kata), width)
	case course.Proof:
		return ui.Paint(t.Dim, ui.WrapText(b.Caption(), width))
	default:
		return p.env.Markdown.Prose(b.Text, width)
	}
}

// blockAhead asks for what a block will need.
func (p *Lesson) blockAhead(b course.Block, width int) {
	switch b.Kind {
	case course.Prose:
		p.env.Markdown.ProseAhead(b.Text, width)
	case course.Code:
		p.env.Markdown.GoAhead(b.Text)
	default:
	}
}
