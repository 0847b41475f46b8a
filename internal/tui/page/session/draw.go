package session

import (
	"fmt"
	"strings"
	"time"

	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// From these sizes on the page has room around what it shows.
const (
	airyWidth  = 56
	airyHeight = 16
	tallHeight = 30
	squareAt   = 64 // columns from which on the timer has square blocks
	spare      = 4  // columns at each side, at least
)

// Layout implements [page.Page].
func (p *Session) Layout(width, height int) {
	p.height, p.margin, p.foot = height, 0, nil
	if width >= airyWidth {
		p.margin = max(spare, (width-ui.MaxText)/2)
	}
	column := width - 2*p.margin
	airy := width >= airyWidth && height >= airyHeight
	if airy {
		p.foot = []string{"", p.progress(column)}
	}
	s := p.here()
	body, keep := p.body(column)
	p.large = airy
	p.head = p.above(column, height >= tallHeight)
	// What everybody is to read at once goes before a large timer. A brief is read
	// with the kata open, and the time counts while it is.
	if brief := s.Kata != nil && s.Miss == nil; airy && !brief && len(body) > height-len(p.head)-len(p.foot) {
		p.large = false
		p.head = p.above(column, false)
	}
	room := max(1, height-len(p.head)-len(p.foot))
	if q := s.question; q != nil {
		text := p.env.Markdown.Prose(s.Text, column)
		if s.Text != "" {
			text = append(text, "")
		}
		q.Spaced = p.large && q.Feedback == nil && len(body)+len(q.Asked.Options) <= room
		q.Layout(column, room, text, nil)
		return
	}
	p.pager.Set(body, column, room)
	if p.follow {
		p.pager.Reveal(keep)
		p.follow = !p.env.Markdown.Complete()
	}
}

// View implements [page.Page].
func (p *Session) View() string {
	view := p.pager.View()
	if q := p.here().question; q != nil {
		view = q.View()
	}
	lines := append(append([]string{}, p.head...), strings.Split(view, "\n")...)
	for len(lines) < p.height-len(p.foot) {
		lines = append(lines, "")
	}
	blank := strings.Repeat(" ", p.margin)
	return blank + strings.Join(append(lines, p.foot...), "\n"+blank)
}

// Status implements [page.Page].
func (p *Session) Status() string {
	status := fmt.Sprintf("%d of %d", p.clock.At+1, len(p.scenes))
	switch {
	case p.foot == nil && p.clock.Started():
		return p.clock.Pace() + ", " + status
	case p.foot != nil && !p.atEnd():
		return "more ↓  " + status
	}
	return status
}

// above is the title of the step and its timer beside it.
func (p *Session) above(column int, tall bool) []string {
	t := p.env.Theme
	timer := p.timer(column)
	beside := column - ui.Widest(timer) - 2
	title := ui.Paint(t.Heading, ui.Wrap(p.here().Title, beside))
	most := 2 // lines, where there is little room
	if p.large {
		title = append([]string{t.Dim.Render(p.label()), ""}, title...)
		most = len(ui.Digits("", 1))
	}
	if len(title) > most {
		title = title[:most]
		title[most-1] = xansi.Truncate(title[most-1], beside-1, "") + "…"
	}
	var out []string
	if tall {
		out = append(out, "")
	}
	for i := range max(len(title), len(timer)) {
		left, right := "", ""
		if i < len(title) {
			left = title[i]
		}
		if i < len(timer) {
			right = timer[i]
		}
		out = append(out, strings.TrimRight(ui.Fit(left, column-ui.Widest(timer))+right, " "))
	}
	if tall {
		out = append(out, "")
	}
	return append(out, "")
}

// label says how long the step is to take, and that its clock stands still.
func (p *Session) label() string {
	s := p.here()
	if s.Minutes == 0 {
		return "BEFORE THE SESSION"
	}
	text := strings.ToUpper(workbook.Count(s.Minutes, "minute"))
	if p.clock.Paused {
		text += ", PAUSED"
	}
	return text
}

// timer is what the step has left, as large as there is room for.
func (p *Session) timer(column int) []string {
	t := p.env.Theme
	if p.here().Minutes == 0 {
		return nil
	}
	style := t.Accent
	switch {
	case p.clock.Paused:
		style = t.Dim
	case p.clock.Left() < 0:
		style = t.Warn
	}
	digits := p.clock.Digits()
	if !p.large {
		if p.clock.Paused {
			digits = "paused " + digits
		}
		return []string{style.Bold(true).Render(digits)}
	}
	block := 1
	if column >= squareAt {
		block = 2
	}
	return ui.Paint(style, ui.Digits(digits, block))
}

// progress is how far the whole session is.
func (p *Session) progress(column int) string {
	t := p.env.Theme
	text := p.clock.Place()
	style := t.Dim
	if p.clock.Started() {
		text += ", " + p.clock.Pace()
	}
	if p.clock.Behind() >= time.Minute {
		style = t.Warn
	}
	bar := ui.Bar(t, column-xansi.StringWidth(text)-2, int(min(p.clock.Spent(), p.clock.Whole()).Seconds()), int(p.clock.Whole().Seconds()))
	return bar + "  " + style.Render(text)
}

// body is what the step shows. Keep says which of its lines the last key was
// about.
func (p *Session) body(column int) (out []string, keep ui.Span) {
	s := p.here()
	add := func(lines []string) {
		if len(out) > 0 {
			out = append(out, "")
		}
		out = append(out, lines...)
	}
	for _, text := range []string{s.About(), s.Text} {
		if text != "" {
			add(p.env.Markdown.Prose(ui.FoldFences(text, column), column))
		}
	}
	switch {
	case s.question != nil:
		lines, _ := s.question.Lines(column)
		add(lines)
	case s.Miss != nil:
		add(ui.Diff(p.env.Look, s.diff, column, "as it was", "this repair"))
		keep.First = len(out) + 1
		p.said(s, column, add)
	}
	keep.Last = len(out) - 1
	return out, keep
}

// said adds what there is to a near miss once it was asked for: what the suite
// says, and why.
func (p *Session) said(s *scene, column int, add func([]string)) {
	t := p.env.Theme
	switch {
	case s.running:
		add([]string{t.Accent.Render(fmt.Sprintf("Running the suite against it: %.0f s", p.now.Sub(s.since).Seconds()))})
	case s.verdict != nil:
		add(ui.Suite(t, s.Kata, s.verdict, column))
	}
	if s.reason {
		add(p.env.Markdown.Prose(p.env.Workbook.Reason(s.Scene), column))
	}
}
