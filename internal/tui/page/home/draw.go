package home

import (
	"fmt"
	"strings"

	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// Below these sizes the page leaves something out.
const (
	roomyHeight  = 14 // the bar above the list and the details below it
	airyHeight   = 26 // a third line of details, and blank lines
	timeWidth    = 60 // the time that a module still takes
	barWidth     = 48 // its bar
	detailsWidth = 56 // how far a step is, at the right of it
)

// Layout implements [page.Page].
func (h *Home) Layout(width, height int) {
	h.follow()
	h.small = height < roomyHeight
	h.head, h.detail = h.top(width, height), h.details(width, height)
	out, keep, around := h.draw(width, height >= airyHeight)
	h.pager.Set(out, width, height-len(h.head)-len(h.detail))
	if !h.list.cursor.Moved {
		return
	}
	if h.list.jumped {
		h.pager.Reveal(around)
	}
	h.pager.Reveal(keep)
	if h.list.cursor.At == 0 {
		h.pager.ScrollTo(0)
	}
	h.list.cursor.Moved, h.list.jumped = false, false
}

// top says how far the learner is and what is next. It has always the same
// height, so that nothing moves the list.
func (h *Home) top(width, height int) []string {
	t := h.env.Theme
	next, ok := h.next()
	var out []string
	if !h.small {
		left := 0
		for _, s := range h.list.stages {
			left += s.Left()
		}
		text := fmt.Sprintf("%d of %d done", h.done(), h.steps())
		if ok && width >= detailsWidth {
			text += ", about " + workbook.Time(left) + " left"
		}
		bar := ui.Bar(t, max(8, min(ui.MaxText, width)-len(text)-2), h.done(), h.steps())
		out = append(out, bar+"  "+t.Dim.Render(text))
	}
	if height >= airyHeight {
		out = append(out, "")
	}
	if ok {
		out = append(out, t.Bold.Render(ui.Fit("Next: "+next.Name(), width)))
	} else {
		out = append(out, t.Good.Render(ui.Fit(workbook.AllDone, width)))
	}
	out = append(out, ui.Fit(h.note(next, ok, width), width))
	if !h.small {
		out = append(out, "")
	}
	return out
}

// note is the line below what is next: the filter; else why it is, and what is
// due for review.
func (h *Home) note(next workbook.Step, ok bool, width int) string {
	if line := h.filterLine(); line != "" {
		return line
	}
	why, due := "", ""
	if ok {
		why = h.env.Workbook.Why(next)
	}
	if n := len(h.review.Due); n > 0 {
		due = fmt.Sprintf("Review: %s due, %s asks.", workbook.Count(n, "question"), keymap.Name(keymap.Review))
	}
	switch {
	case due == "":
		return h.env.Theme.Dim.Render(why)
	case why == "", xansi.StringWidth(why)+2+len(due) > width:
		return h.env.Theme.Accent.Render(due)
	}
	return h.env.Theme.Dim.Render(why) + "  " + h.env.Theme.Accent.Render(due)
}

// draw draws the rows. Keep is the line of the cursor, around the stage that it
// is in.
func (h *Home) draw(width int, airy bool) (out []string, keep, around ui.Span) {
	h.lines = h.lines[:0]
	add := func(line string, row int) {
		out = append(out, line)
		h.lines = append(h.lines, row)
	}
	on, ok := h.list.selected()
	if !ok {
		text := fmt.Sprintf("Nothing matches “%s”. %s shows all.", h.input.Value(), keymap.Name(keymap.FilterClear))
		for _, line := range ui.WrapText(text, width) {
			add(line, -1)
		}
		return out, keep, around
	}
	for i, r := range h.list.rows {
		if r.step == nil && i > 0 && airy && (h.list.unfolded(r.stage) || h.list.rows[i-1].step != nil) {
			add("", -1)
		}
		at := len(out)
		if i == h.list.cursor.At {
			keep = ui.Span{First: at, Last: at}
		}
		if r.stage.Title == on.stage.Title {
			if r.step == nil {
				around.First = at
			}
			around.Last = at
		}
		if r.step == nil {
			add(h.heading(r.stage, i == h.list.cursor.At, width), i)
		} else {
			add(h.step(r.step, i == h.list.cursor.At, width), i)
		}
	}
	return out, keep, around
}

// sign stands before the row under the cursor.
func (h *Home) sign(selected bool) string {
	if !selected {
		return "  "
	}
	return h.env.Theme.Cursor.Render("› ")
}

// heading is the row of a stage: its title and how far it is.
func (h *Home) heading(s *workbook.Stage, selected bool, width int) string {
	t := h.env.Theme
	mark, style := "▸ ", t.Heading
	if h.list.unfolded(s) {
		mark = "▾ "
	}
	if selected {
		style = t.Cursor
	}
	right := t.Dim.Render(fmt.Sprintf("%8s", fmt.Sprintf("%d of %d", s.Done(), len(s.Steps))))
	if width >= barWidth {
		right = ui.Bar(t, 10, s.Done(), len(s.Steps)) + right
	}
	if width >= timeWidth {
		left := "done"
		if n := s.Left(); n > 0 {
			left = workbook.Time(n) + " left"
		}
		right += t.Dim.Render(fmt.Sprintf("%18s", left))
	}
	return h.sign(selected) + t.Picture.Render(mark) + spread(style.Render(s.Title), right, min(width, ui.MaxText)-4)
}

// step is the row of a step.
func (h *Home) step(s *workbook.Step, selected bool, width int) string {
	t := h.env.Theme
	mark, style, title := "○", t.Dim, s.Title()
	right := workbook.Time(s.Left)
	switch s.State {
	case workbook.Done:
		mark, style, right = "✓", t.Good, ""
		if s.Detail == workbook.TestedOut {
			right = s.Detail
		}
	case workbook.Started:
		mark, style, right = "◐", t.Warn, s.Detail
	case workbook.Open:
	}
	switch {
	case selected:
		title = t.Cursor.Render(title)
	case s.State == workbook.Done:
		title = t.Dim.Render(title)
	}
	if width < detailsWidth {
		right = ""
	}
	left := h.sign(selected) + "  " + style.Render(mark) + " " + t.Dim.Render(name(s)) + "  "
	return left + spread(title, t.Dim.Render(right), min(width, ui.MaxText)-xansi.StringWidth(left))
}

// spread puts one text at the left and one at the right of a line; where both do
// not fit, the left one is cut.
func spread(left, right string, width int) string {
	room := width - xansi.StringWidth(right)
	if right != "" {
		room -= 2
		right = "  " + right
	}
	return ui.Fit(left, room) + right
}

// details say what the row under the cursor is about, where there is room. Their
// height is always the same, so that moving the cursor does not move the list.
func (h *Home) details(width, height int) []string {
	if h.small {
		return nil
	}
	n := 2
	if height >= airyHeight {
		n = 3
	}
	lines := h.warmUp.Lines(h.env.Look, width)
	if lines == nil {
		lines = ui.Paint(h.env.Theme.Dim, clip(ui.WrapText(h.about(), width), n))
	}
	for len(lines) < n {
		lines = append(lines, "")
	}
	return append([]string{""}, lines[:n]...)
}

// about says what the row under the cursor is about.
func (h *Home) about() string {
	r, ok := h.list.selected()
	switch {
	case !ok:
		return ""
	case r.step != nil:
		return h.env.Workbook.About(*r.step)
	}
	return r.stage.About
}

// clip shows that lines beyond the nth are left out.
func clip(lines []string, n int) []string {
	if len(lines) <= n {
		return lines
	}
	last := strings.TrimRight(lines[n-1], " .,;:")
	if cut := strings.LastIndexByte(last, ' '); cut > 0 {
		last = last[:cut]
	}
	return append(lines[:n-1:n-1], last+" …")
}
