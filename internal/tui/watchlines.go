package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/tui/theme"
	"example.com/leakproof/internal/tui/ui"
)

// lines are what the board's page says, in its order.
func (w *watched) lines(width int) []string {
	t := w.look.theme()
	if w.view == nil {
		text := "Asking " + w.address + " for the room."
		if w.lost != nil {
			text = w.lost.Error() + "."
		}
		return ui.WrapText(text, width)
	}
	d := drawing{t, width, *w.view, w.now.Add(-w.ahead)}
	out := []string{d.facts(), ""}
	if w.lost != nil {
		out = append(ui.Paint(t.Warn, ui.WrapText(fmt.Sprintf("%v. This is the room as it was %s ago.", w.lost, room.Span(d.now.Sub(d.At))), width)), append([]string{""}, out...)...)
	}
	for _, part := range [][]string{d.agenda(), d.join(w.address, len(d.People) == 0), d.stuck(), d.katas(), d.people(), d.join(w.address, len(d.People) > 0)} {
		if len(part) > 0 {
			out = append(append(out, part...), "")
		}
	}
	return out[:len(out)-1]
}

// drawing is a view as it is drawn.
type drawing struct {
	theme theme.Theme
	width int
	room.View
	now time.Time // the board's clock
}

func (d drawing) facts() string {
	return d.theme.Bold.Render(room.People(len(d.People))) + d.theme.Dim.Render(" · ") + d.Still(d.now)
}

func (d drawing) agenda() []string {
	a := d.Agenda
	if a == nil {
		return nil
	}
	t, step := d.theme, a.Steps[a.Step]
	clock, word, spent := a.Timer(d.now)
	right := t.Bold.Render(clock) + " " + word
	if word == "over" {
		right = t.Warn.Bold(true).Render(clock + " over")
	}
	left := t.Dim.Render(fmt.Sprintf("Step %d of %d  ", a.Step+1, len(a.Steps))) + t.Heading.Render(step.Title)
	if clock == "" {
		return []string{left}
	}
	return []string{
		ui.Fit(left, max(0, d.width-xansi.StringWidth(right)-1)) + " " + right,
		ui.Bar(t, d.width, int(1000*spent), 1000),
	}
}

// stuck is where the room is stuck: how many, what they may believe, what to say.
func (d drawing) stuck() []string {
	t := d.theme
	out := []string{t.Heading.Render("Where the room is stuck")}
	if len(d.Stuck) == 0 {
		return append(out, ui.Paint(t.Dim, ui.WrapText("Nobody is stuck on anything known. It shows here as soon as a test fails that stands for a belief, with the sentence to say.", d.width))...)
	}
	for _, s := range d.Stuck {
		const count = 12
		tests := ""
		if len(s.Tests) > 0 {
			tests = " · fails: " + strings.Join(s.Tests, ", ")
		}
		text := min(d.width-count, ui.MaxText)
		var right []string
		right = append(right, ui.Paint(t.Dim, ui.Wrap("They may believe: “"+s.Says+"”", text))...)
		right = append(right, ui.Paint(t.Bold, ui.Wrap("Say: "+s.Truth, text))...)
		right = append(right, ui.Wrap(fmt.Sprintf("%s, for %s%s", s.Kata, room.Span(d.now.Sub(s.Since)), tests), text)...)
		left := []string{
			t.Warn.Bold(true).Render(strconv.Itoa(s.People)) + t.Dim.Render(fmt.Sprintf(" of %d", len(d.People))),
			bar(count-2, len(d.People), part{t.Warn, '▞', s.People}, part{t.Dim, '░', len(d.People)}),
		}
		out = append(out, "")
		for i, line := range right {
			head := ""
			if i < len(left) {
				head = left[i]
			}
			out = append(out, ui.Fit(head, count)+line)
		}
	}
	return out
}

func (d drawing) katas() []string {
	t := d.theme
	out := []string{t.Heading.Render("Katas")}
	if len(d.Katas) == 0 {
		return append(out, ui.Paint(t.Dim, ui.WrapText("No kata has been begun. It shows here with the first check that somebody runs: leakproof watch.", d.width))...)
	}
	const numbers = 24 // three columns
	name := 0
	for _, k := range d.Katas {
		name = max(name, xansi.StringWidth(k.Kata))
	}
	name = min(name, max(8, d.width-numbers-8))
	room := min(d.width-numbers-name-2, 60)
	if room < 6 { // the numbers say it too
		room = 0
	}
	gap := name + 2 + room
	out[0] = ui.Fit(out[0], gap) + t.Dim.Render(fmt.Sprintf("%8s%8s%8s", "begun", "solved", "stuck"))
	for _, k := range d.Katas {
		line := ui.Fit(k.Kata, name) + "  "
		if room > 0 {
			rest := max(0, k.Started-k.Solved-k.Stuck)
			line += bar(room, len(d.People), part{t.Accent, '█', k.Solved}, part{t.Picture, '▒', rest}, part{t.Warn, '▞', k.Stuck}, part{t.Dim, '░', len(d.People)})
		}
		out = append(out, line+fmt.Sprintf("%8d%8d%8d", k.Started, k.Solved, k.Stuck))
	}
	if room > 0 {
		out = append(out, t.Accent.Render("█")+t.Dim.Render(" solved  ")+t.Picture.Render("▒")+t.Dim.Render(" begun  ")+t.Warn.Render("▞")+t.Dim.Render(" stuck, of all who joined"))
	}
	return out
}

func (d drawing) people() []string {
	t := d.theme
	out := []string{t.Heading.Render("People")}
	if len(d.People) == 0 {
		return append(out, ui.Paint(t.Dim, ui.WrapText("Whoever joins shows here, in the order of joining.", d.width))...)
	}
	name, where := 0, 0
	for _, p := range d.People {
		at, state, _ := p.Doing()
		name = max(name, xansi.StringWidth(p.Name))
		where = max(where, xansi.StringWidth(at+"  "+mark(p.Status)+state))
	}
	const since = 12
	name = min(name, max(8, (d.width-since)/3))
	where = min(where, d.width-name-since-4)
	for _, p := range d.People {
		at, state, begun := p.Doing()
		style := t.Dim
		switch mark(p.Status) {
		case "✓ ":
			style = t.Good
		case "✗ ":
			style = t.Warn
		}
		if p.Kata == "" {
			style = t.Dim
		}
		doing := style.Render(mark(p.Status) + state)
		if at != "" {
			doing = at + "  " + doing
		}
		out = append(out, ui.Fit(p.Name, name)+"  "+ui.Fit(doing, where)+"  "+fmt.Sprintf("%*s", since, shortly(d.now.Sub(begun))))
	}
	return out
}

// mark is the sign of a status.
func mark(status string) string {
	switch status {
	case "":
		return ""
	case "pass":
		return "✓ "
	default:
		return "✗ "
	}
}

// shortly is a length of time for a column.
func shortly(d time.Duration) string {
	if d < time.Minute {
		return "now"
	}
	return room.Span(d)
}

// join says how to join, if it is to be said here: above everything while nobody is here.
func (d drawing) join(address string, here bool) []string {
	if !here {
		return nil
	}
	t := d.theme
	out := []string{t.Heading.Render("Join")}
	out = append(out, ui.Paint(t.Accent, ui.Wrap(d.JoinLine(address), d.width))...)
	return append(out, ui.Paint(t.Dim, ui.WrapText(d.Code.Holds(d.now), d.width))...)
}

// part is a stretch of a bar: so many of all.
type part struct {
	style lipgloss.Style
	rune  rune
	count int
}

// bar draws parts of a whole beside each other; the last one fills what is left. Where something is, at least a cell shows it.
func bar(width, all int, parts ...part) string {
	var out strings.Builder
	left, sum, drawn := width, 0, 0
	for i, p := range parts {
		sum = min(all, sum+p.count)
		cells := sum*width/max(all, 1) - drawn
		if p.count > 0 {
			cells = max(cells, 1)
		}
		if cells = min(max(cells, 0), left); i == len(parts)-1 {
			cells = left
		}
		out.WriteString(p.style.Render(strings.Repeat(string(p.rune), cells)))
		drawn += cells
		left -= cells
	}
	return out.String()
}
