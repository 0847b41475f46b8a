package progress

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/progress"
	"charm.land/lipgloss/v2"

	"example.com/leakproof/internal/review"
	"example.com/leakproof/internal/tui/theme"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// draw lays the report out in parts, a blank line between them.
func (p *Progress) draw(width int) []string {
	var out []string
	for _, part := range [][]string{p.modules(width), p.calendar(width), p.labs(width), p.katas(width), p.misconceptions(width)} {
		if len(out) > 0 && len(part) > 0 {
			out = append(out, "")
		}
		out = append(out, part...)
	}
	return out
}

// barWidth is that of a bar beside its title; below narrow columns the bar has
// a line of its own.
const (
	barWidth = 20
	narrow   = 60
)

func (p *Progress) modules(width int) []string {
	t := p.env.Theme
	all := p.report.All
	out := []string{t.Heading.Render("Modules") + t.Dim.Render(fmt.Sprintf("  %d of %d steps done", all.Done, all.All))}
	bar := progress.New(progress.WithWidth(barWidth), progress.WithoutPercentage(), progress.WithFillCharacters('█', '░'))
	bar.FullColor, bar.EmptyColor = t.Picture.GetForeground(), t.Dim.GetForeground()
	titles := 0
	for _, m := range p.report.Modules {
		titles = max(titles, lipgloss.Width(m.Title))
	}
	for _, m := range p.report.Modules {
		done := bar.ViewAs(float64(m.Done)/float64(m.All)) + fmt.Sprintf("  %2d of %2d", m.Done, m.All)
		if width < narrow {
			out = append(out, ui.Fit(m.Title, width), done)
			continue
		}
		out = append(out, ui.Fit(m.Title, min(titles, width-barWidth-12))+"  "+done)
	}
	return out
}

// shades draw a day by how much was done on it, from nothing on.
var shades = [5]string{"╌", "░", "▒", "▓", "█"}

// A row of the calendar begins with the day's name; a week is so wide.
const (
	dayWidth  = 5
	weekWidth = 3
)

// calendar has a column for each week that fits, and a row for each day of it.
func (p *Progress) calendar(width int) []string {
	t, weeks := p.env.Theme, p.report.Weeks
	weeks = weeks[max(0, len(weeks)-(width-dayWidth)/weekWidth):]
	out := []string{t.Heading.Render(fmt.Sprintf("The last %d weeks", len(weeks)))}
	for n, name := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
		row := t.Dim.Render(ui.Fit(name, dayWidth))
		for _, w := range weeks {
			row += shaded(t, w.Days[n]) + " "
		}
		out = append(out, row)
	}
	out = append(out, t.Dim.Render(strings.Repeat(" ", dayWidth)+months(weeks)))
	legend := []string{t.Dim.Render(shades[0]) + " nothing"}
	for i, text := range workbook.Shades() {
		legend = append(legend, t.Picture.Render(strings.Repeat(shades[i+1], 2))+" "+text)
	}
	out = append(out, flow(legend, width)...)
	return append(out, ui.Paint(t.Dim, ui.Wrap(workbook.CountedTime, width))...)
}

// flow puts as many words into a line as fit.
func flow(words []string, width int) []string {
	lines := words[:1:1]
	for _, word := range words[1:] {
		if last := &lines[len(lines)-1]; lipgloss.Width(*last)+2+lipgloss.Width(word) <= width {
			*last += "  " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}

// shaded is the cell of a day, two columns wide.
func shaded(t theme.Theme, d workbook.Day) string {
	switch {
	case d.Ahead:
		return "  "
	case !d.Active:
		return t.Dim.Render(shades[0]) + " "
	}
	return t.Picture.Render(strings.Repeat(shades[d.Shade()], 2))
}

// months name the columns in which one begins.
func months(weeks []workbook.Week) string {
	names := ""
	for i, w := range weeks {
		begins := i == 0 || weeks[i-1].Monday.Month() != w.Monday.Month()
		if column := weekWidth * i; begins && len(names) <= column {
			names = ui.Fit(names, column) + w.Monday.Format("Jan")
		}
	}
	return names
}

// labs are those that were seen, if the course has any.
func (p *Progress) labs(width int) []string {
	t := p.env.Theme
	if len(p.env.Workbook.Course.Labs) == 0 {
		return nil
	}
	out := []string{t.Heading.Render("Labs that you watched")}
	if len(p.report.Labs) == 0 {
		return append(out, "None yet.")
	}
	for _, l := range p.report.Labs {
		out = append(out, p.mark(l.State)+" "+ui.Fit(l.Title(), width-4-len(l.Detail))+"  "+t.Dim.Render(l.Detail))
	}
	return out
}

// mark shows how far something is that was begun.
func (p *Progress) mark(s workbook.StepState) string {
	if s == workbook.Done {
		return p.env.Theme.Good.Render("✓")
	}
	return p.env.Theme.Warn.Render("◐")
}

func (p *Progress) katas(width int) []string {
	t := p.env.Theme
	out := []string{t.Heading.Render("Katas that you worked on")}
	if len(p.report.Katas) == 0 {
		return append(out, "None yet.")
	}
	for _, k := range p.report.Katas {
		mark := p.mark(k.State)
		name := fmt.Sprintf("%02d  %s", k.Kata.Number, k.Kata.Title)
		effort := k.Effort()
		if width >= narrow {
			out = append(out, mark+" "+ui.Fit(name, width-4-len(effort))+"  "+t.Dim.Render(effort))
			continue
		}
		out = append(out, mark+" "+ui.Fit(name, width-2), t.Dim.Render("      "+effort))
	}
	return out
}

// misconceptions come with what is so as long as they are open.
func (p *Progress) misconceptions(width int) []string {
	t := p.env.Theme
	out := []string{t.Heading.Render("Misconceptions") + t.Dim.Render("  "+p.report.Misconceptions())}
	beliefs := slices.Clone(p.report.Review.Beliefs)
	if len(beliefs) == 0 {
		return append(out, ui.Wrap("None yet. A wrong answer or a failed test of a kata puts its misconception here.", width)...)
	}
	slices.SortStableFunc(beliefs, func(a, b review.Belief) int { // the open ones first
		switch {
		case a.Cleared == b.Cleared:
			return 0
		case b.Cleared:
			return -1
		}
		return 1
	})
	for i, b := range beliefs {
		if i > 0 && !beliefs[i-1].Cleared {
			out = append(out, "")
		}
		out = append(out, p.belief(b, width)...)
	}
	return out
}

func (p *Progress) belief(b review.Belief, width int) []string {
	t, says := p.env.Theme, p.env.Markdown.Prose("“"+b.Says+"”", width-9)
	if b.Cleared {
		return ui.Indent(t.Good.Render("cleared")+"  ", says)
	}
	out := ui.Indent(t.Warn.Render("open")+"     ", says)
	return append(out, ui.Indent("         ", p.env.Markdown.Prose(workbook.Truth(b.Truth), width-9))...)
}
