package lab

import (
	"fmt"
	"strings"

	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/text"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
)

// storyLines are what the lab is about, before anything is turned.
func (p *Lab) storyLines(width int) []string {
	t, md := p.env.Theme, p.env.Markdown
	text := min(width, ui.MaxText)
	out := append(md.Prose(p.lab.Story, text), "")
	out = append(out, p.picture(width)...)
	out = append(out, "")
	if lines := p.building(text); lines != nil {
		out = append(append(out, lines...), "")
	} else if p.run.live() {
		ready := fmt.Sprintf("It runs. %s shows its curves.", keymap.Name(keymap.WatchLive))
		out = append(append(out, ui.Paint(t.Accent, ui.WrapText(ready, text))...), "")
	}
	out = append(out, t.Heading.Render("The mission"))
	out = append(append(out, md.Prose(p.lab.Mission.Text, text)...), "")
	out = append(out, t.Heading.Render("What can be turned"))
	for _, s := range p.lab.Settings {
		item := fmt.Sprintf("**%s** (%s). %s", s.Title, s.Kind, s.Says)
		out = append(out, ui.Indent(t.Dim.Render("• "), md.Prose(item, text-2))...)
	}
	out = append(out, "", t.Heading.Render("What is measured"))
	for _, n := range p.lab.Numbers {
		item := fmt.Sprintf("**%s**. %s", n.Title, n.Says)
		out = append(out, ui.Indent(t.Dim.Render("• "), md.Prose(item, text-2))...)
	}
	return out
}

// building says how far compiling is, or why there are no numbers yet; nil when
// there are some.
func (p *Lab) building(width int) []string {
	r, t := p.run, p.env.Theme
	switch {
	case r.problem != nil:
		return ui.Paint(t.Bad, ui.WrapText(r.problem.Error(), width))
	case r.ended || r.live():
		return nil
	case r.built != nil && r.built.Total > 0 && width < roomy:
		return []string{t.Dim.Render(fmt.Sprintf("Compiling: %d of %d packages.", r.built.Done, r.built.Total))}
	case r.built != nil && r.built.Total > 0:
		text := fmt.Sprintf("Compiling the lab, once on this machine: %d of %d packages.", r.built.Done, r.built.Total)
		return append(ui.Paint(t.Dim, ui.WrapText(text, width)), ui.Bar(t, min(width, 40), r.built.Done, r.built.Total))
	default:
		return ui.Paint(t.Dim, ui.WrapText("The lab is starting.", width))
	}
}

const (
	arrow    = 5  // columns of an arrow between two parts
	maxPart  = 36 // columns of a part
	minPart  = 16
	maxLines = 3 // numbers of a part
)

// picture is the way of a request through the parts, with live numbers, beside
// each other where there is room.
func (p *Lab) picture(width int) []string {
	n := len(p.lab.Parts)
	each := (width - (n-1)*arrow) / max(1, n)
	if each < minPart {
		return p.pictureDown(min(width, maxPart))
	}
	each = min(each, maxPart)
	tall := 0
	for _, part := range p.lab.Parts {
		tall = max(tall, len(part.Numbers))
	}
	out := make([]string, tall+2)
	for i, part := range p.lab.Parts {
		for row, line := range p.part(part, each, tall) {
			if i > 0 {
				out[row] += p.arrow(row == (tall+1)/2)
			}
			out[row] += line
		}
	}
	return out
}

func (p *Lab) arrow(here bool) string {
	if !here {
		return strings.Repeat(" ", arrow)
	}
	return p.env.Theme.Picture.Render(" " + strings.Repeat("─", arrow-3) + "▶ ")
}

// pictureDown has the parts below each other.
func (p *Lab) pictureDown(width int) []string {
	var out []string
	for i, part := range p.lab.Parts {
		if i > 0 {
			out = append(out, p.env.Theme.Picture.Render(strings.Repeat(" ", width/2)+"▼"))
		}
		out = append(out, p.part(part, width, len(part.Numbers))...)
	}
	return out
}

// part is a box with a part's numbers of now.
func (p *Lab) part(part course.Part, width, tall int) []string {
	t := p.env.Theme
	lines := make([]string, 0, tall)
	for _, id := range part.Numbers[:min(maxLines, len(part.Numbers))] {
		lines = append(lines, p.numberLine(id, width-4))
	}
	for len(lines) < tall {
		lines = append(lines, "")
	}
	return ui.Box(t, t.Heading.Render(part.Title), "", lines, width)
}

// numberLine is a number's title and, at the right, what it is now.
func (p *Lab) numberLine(id string, width int) string {
	t := p.env.Theme
	now := t.Bold.Render(p.now(id))
	return ui.Fit(t.Dim.Render(lab.Number(p.lab, id).Title), max(0, width-xansi.StringWidth(now)-1)) + " " + now
}

// now is what a number is now.
func (p *Lab) now(id string) string {
	v, ok := p.run.record.Now(id)
	if !ok {
		return "–"
	}
	return text.Amount(lab.Number(p.lab, id).Unit, v)
}

// pictureLine is the picture in one line, as far as there is room.
func (p *Lab) pictureLine(width int) string {
	t := p.env.Theme
	var named, bare []string
	for _, part := range p.lab.Parts {
		title := t.Heading.Render(part.Title)
		if len(part.Numbers) == 0 {
			named, bare = append(named, title), append(bare, title)
			continue
		}
		id := part.Numbers[0]
		number := t.Bold.Render(p.now(id)) + " " + t.Dim.Render(lab.Number(p.lab, id).Title)
		named, bare = append(named, title+" "+number), append(bare, number)
	}
	arrow := t.Picture.Render(" ─▶ ")
	line := strings.Join(named, arrow)
	if xansi.StringWidth(line) > width { // a number says more without its part than a part without its number
		line = strings.Join(bare, arrow)
	}
	return xansi.Truncate(line, width, "…")
}
