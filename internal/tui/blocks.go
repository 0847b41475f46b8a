package tui

import (
	"fmt"
	"path"
	"strings"

	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
)

// taskLines shows a task with its number, which ticks it.
func (r *reader) taskLines(number int, b course.Block, width int) []string {
	box := "[ ] "
	if r.env.wb.Log.State().Ticked(b.Task) {
		box = "[x] "
	}
	mark := fmt.Sprintf("%d. %s", number, box)
	return indent(mark, r.env.pages.markdown(r.env.theme, b.Text, min(width, maxText)-len(mark)))
}

// runLines shows how to run a program and, once it has run, what it printed.
func (r *reader) runLines(b course.Block, width int) []string {
	t := r.env.theme
	out := []string{t.accent.Render(xansi.Truncate("x runs it: go run ./"+path.Dir(b.File), width, "…"))}
	for _, line := range wrap(b.Text, min(width, maxText)) {
		out = append(out, t.dim.Render(line))
	}
	return append(out, r.programs.lines(b.File, width)...)
}

// block renders everything but a checkpoint.
func (c *pageCache) block(t theme, b course.Block, width int) []string {
	switch b.Kind {
	case course.Code:
		caption := t.dim.Render(fmt.Sprintf("%s:%d", b.File, b.Line))
		if b.Wrong {
			caption = t.bad.Render("WRONG ON PURPOSE") + " " + t.dim.Render(fmt.Sprintf("shown by %s · %s:%d", b.Test, b.File, b.Line))
		}
		return append([]string{"  " + xansi.Truncate(caption, width-2, "…")}, c.goCode(t, b.Text, width)...)
	case course.Picture:
		lines := strings.Split(b.Text, "\n")
		for i, line := range lines {
			lines[i] = t.accent.Render(line)
		}
		if widest(lines) > width {
			return append(lines, paint(t.dim, wrap("In words: "+b.Alt, width))...)
		}
		return lines
	case course.Drill:
		return wrap(fmt.Sprintf("Practise it: kata %s, %s.", b.Kata.ID, b.Kata.Title), width)
	case course.Proof:
		return paint(t.dim, wrap(fmt.Sprintf("Proved by %s · %s:%d", b.Test, b.File, b.Line), width))
	}
	return c.markdown(t, b.Text, width)
}

func widest(lines []string) int {
	n := 0
	for _, line := range lines {
		n = max(n, xansi.StringWidth(line))
	}
	return n
}
