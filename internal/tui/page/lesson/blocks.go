package lesson

import (
	"fmt"
	"path"
	"strings"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// drawn is a section as lines.
type drawn struct {
	lines  []string
	blocks []int   // for each line, the block it was drawn from
	keep   ui.Span // what the last key was about
}

func (d *drawn) add(block int, lines ...string) {
	for _, line := range lines {
		d.lines = append(d.lines, line)
		d.blocks = append(d.blocks, block)
	}
}

// draw draws a whole section.
func (p *Lesson) draw(section *course.Section, width int) *drawn {
	d := &drawn{}
	d.add(-1, p.heading(section, width)...)
	tasks := 0
	for i, b := range section.Blocks {
		if i > 0 && apart(section.Blocks[i-1].Kind, b.Kind) {
			d.add(i, "")
		}
		start := len(d.lines)
		switch b.Kind {
		case course.Task:
			tasks++
			d.add(i, p.taskLines(tasks, b, width)...)
		case course.Run:
			d.add(i, p.runLines(b, width)...)
			if b.File == p.ran && p.about == "" {
				d.keep = ui.Span{First: start, Last: len(d.lines) - 1}
			}
		case course.Checkpoint:
			d.add(i, p.checkpointLines(b.Question, width)...)
			if b.Question.ID == p.about {
				d.keep = ui.Span{First: start, Last: len(d.lines) - 1}
			}
		default:
			d.add(i, p.block(b, width)...)
		}
	}
	return d
}

// apart reports whether a blank line stands between two blocks. Tasks stand
// close together, and so do proofs.
func apart(above, below course.BlockKind) bool {
	return above != below || below != course.Task && below != course.Proof
}

// heading is the title of a section with a line under it; that of the last one
// is the habit itself.
func (p *Lesson) heading(section *course.Section, width int) []string {
	t := p.env.Theme
	if section == p.lesson.Sections[len(p.lesson.Sections)-1] {
		return append(ui.Callout(t, section.Title, p.env.Markdown.Prose(p.lesson.Habit, width-ui.CalloutBar)), "")
	}
	title := ui.Paint(t.Heading, ui.WrapText(section.Title, width))
	return append(title, t.Picture.Render(strings.Repeat("━", ui.Widest(title))), "")
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
		return p.codeLines(b, min(width, ui.MaxText))
	case course.Picture:
		lines := ui.Paint(t.Picture, ui.Picture(b.Text))
		if ui.Widest(lines) > width {
			lines = append(lines, ui.Paint(t.Dim, ui.WrapText("In words: "+b.Alt, width))...)
		}
		return lines
	case course.Drill:
		text := p.env.Workbook.Practise(p.lesson, b.Kata)
		if !p.planned(b.Kata) {
			text += fmt.Sprintf(" %s opens it.", keymap.Name(keymap.OpenKata))
		}
		return ui.WrapText(text, width)
	case course.Experiment:
		out := ui.WrapText(fmt.Sprintf("%s %s opens it.", workbook.WatchIt(b.Lab), keymap.Name(keymap.OpenLab)), width)
		if b.Text == "" {
			return out
		}
		return append(append(out, ""), p.env.Markdown.Prose(b.Text, width)...)
	case course.Proof:
		return p.mark("✓", "proved by "+b.Test, b.File, width)
	default:
		return p.prose(b.Text, width)
	}
}

// codeLines are code in a frame that says where it stands.
func (p *Lesson) codeLines(b course.Block, width int) []string {
	t := p.env.Theme
	caption := t.Dim.Render(fmt.Sprintf("%s:%d", ui.Path(b.File, width-28), b.Line))
	if b.Wrong {
		caption += t.Picture.Render(" ─ ") + t.Bad.Render("wrong on purpose")
	}
	out := ui.Box(t, caption, "", ui.Fold(p.env.Code(b.Text), width-4), width)
	switch {
	case b.Wrong:
		out = append(out, p.mark("✗", "what goes wrong: "+b.Test, b.Proved, width)...)
	case b.Test != "":
		out = append(out, p.mark("✓", "proved by "+b.Test, b.Proved, width)...)
	}
	return out
}

// mark is a short line about a test, which a key opens.
func (p *Lesson) mark(sign, says, file string, width int) []string {
	t := p.env.Theme
	text := fmt.Sprintf("%s in %s", says, path.Base(file))
	return ui.Indent(t.Picture.Render(sign)+" ", ui.Paint(t.Dim, ui.WrapText(text, width-2)))
}

// belief begins the paragraph of a field note that says what is not so.
const belief = "What people say: "

// prose sets the belief that a field note corrects apart from what is true.
func (p *Lesson) prose(text string, width int) []string {
	says, rest, _ := strings.Cut(text, "\n\n")
	says, told := strings.CutPrefix(says, belief)
	if !told {
		return p.env.Markdown.Prose(text, width)
	}
	says = strings.ToUpper(says[:1]) + says[1:]
	out := ui.Callout(p.env.Theme, strings.TrimSuffix(belief, ": "), p.env.Markdown.Prose(says, min(width, ui.MaxText)-ui.CalloutBar))
	if rest == "" {
		return out
	}
	return append(append(out, ""), p.env.Markdown.Prose(rest, width)...)
}

// proofs are the tests behind a section, each once.
func (p *Lesson) proofs() []course.Block {
	var out []course.Block
	seen := map[string]bool{}
	for _, b := range p.section().Blocks {
		if b.Source != "" && !seen[b.Test] {
			seen[b.Test] = true
			out = append(out, b)
		}
	}
	return out
}

// openProofs lists the tests behind the section.
func (p *Lesson) openProofs() tea.Cmd {
	var parts []string
	for _, b := range p.proofs() {
		file := b.File
		if b.Kind == course.Code {
			file = b.Proved
		}
		parts = append(parts, "// "+file+"\n\n"+b.Source)
	}
	return p.env.Open(page.Route{Page: page.Listing, ID: "Proof: " + p.section().Title, Text: strings.Join(parts, "\n\n"), Code: true})
}

// blockAhead asks for what a block will need.
func (p *Lesson) blockAhead(b course.Block, width int) {
	switch b.Kind {
	case course.Prose, course.Code, course.Experiment:
		p.block(b, width)
	default:
	}
}
