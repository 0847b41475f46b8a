package lab

import (
	"fmt"
	"strings"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/theme"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

const missionBar = 20 // columns

// missionLines are the mission with its evidence or, once it is met, how and at
// what price.
func (p *Lab) missionLines(width int) []string {
	t, m := p.env.Theme, p.mission
	if m.Met {
		return append([]string{t.Badge(theme.Positive, "Mission met")}, p.metLines(width)...)
	}
	out := ui.Indent(t.Heading.Render("Mission")+"  ", ui.Wrap(ui.OneLine(p.lab.Mission.Text), width-9))
	for _, e := range m.Evidence {
		out = append(out, p.evidence(e)+" "+ui.Fit(e.Text, width-2))
	}
	if m.Waits != "" {
		return append(out, ui.Paint(t.Dim, ui.Wrap(sentence(m.Waits), width))...)
	}
	if p.run.samples == 0 {
		return out
	}
	out = append(out, p.held())
	if m.Anew != "" && m.Held < 1 {
		out = append(out, ui.Paint(t.Dim, ui.Wrap(m.Anew, width))...)
	}
	return out
}

// metLines say how the mission was met, what it costs and where to go on.
func (p *Lab) metLines(width int) []string {
	m := p.mission
	text := fmt.Sprintf("At %s, held for %d s.", lab.Seconds(m.MetAt), p.lab.Mission.Hold)
	others := len(p.lab.Mission.Ways)
	if m.Way != nil {
		text = fmt.Sprintf("%s Its price: %s", p.way(m.Way), m.Way.Price)
		others--
	}
	out := ui.Wrap(text, width)
	if others > 0 {
		is := "is"
		if others > 1 {
			is = "are"
		}
		out = append(out, ui.Wrap(fmt.Sprintf("There %s %s.", is, workbook.Count(others, "other way")), width)...)
	}
	return append(out, ui.Paint(p.env.Theme.Accent, ui.Wrap(keymap.Name(keymap.GoOn)+" goes on to the next step.", width))...)
}

// way says the settings of a way: "Room for each answer: on."
func (p *Lab) way(w *course.Way) string {
	var out []string
	for _, v := range w.Settings {
		if s := p.lab.Setting(v.Setting); s != nil {
			out = append(out, s.Title+": "+lab.State(s, v.Value))
		}
	}
	return strings.Join(out, ", ") + "."
}

// missionBrief is the mission in as few lines as say it, at most three.
func (p *Lab) missionBrief(width int) []string {
	lines := ui.Wrap(p.missionText(width), width)
	return lines[:min(len(lines), 3)]
}

// missionLine is the mission in one line, as far as there is room.
func (p *Lab) missionLine(width int) string { return ui.Fit(p.missionText(width), width) }

func (p *Lab) missionText(width int) string {
	t, m := p.env.Theme, p.mission
	if m.Met {
		text := keymap.Name(keymap.GoOn) + " goes on."
		if m.Way != nil {
			text += " The price: " + m.Way.Price
		}
		return t.Badge(theme.Positive, "Mission met") + " " + text
	}
	line := t.Heading.Render("Mission") + " "
	switch {
	case p.run.samples == 0:
		return line + ui.OneLine(p.lab.Mission.Text)
	case m.Waits != "" && width >= roomy:
		return line + ui.OneLine(p.lab.Mission.Text) + " " + sentence(m.Waits)
	case m.Waits != "":
		return line + sentence(m.Waits)
	}
	var said []string
	switch {
	case width >= roomy:
		said = append(said, p.held())
	case m.Held > 0: // what fails needs the room
		said = append(said, p.heldText())
	}
	for _, e := range m.Evidence {
		if !e.Holds || len(m.Evidence) == 1 {
			said = append(said, p.evidence(e)+" "+e.Text)
		}
	}
	return line + strings.Join(said, "  ")
}

// held is the bar of the seconds for which all has held.
func (p *Lab) held() string {
	return ui.Bar(p.env.Theme, missionBar, int(p.mission.Held), p.lab.Mission.Hold) + " " + p.heldText()
}

func (p *Lab) heldText() string {
	return fmt.Sprintf("held %.0f of %d s", p.mission.Held, p.lab.Mission.Hold)
}

func (p *Lab) evidence(e lab.Evidence) string {
	if e.Holds {
		return p.env.Theme.Good.Render("✓")
	}
	return p.env.Theme.Bad.Render("✗")
}

func sentence(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }
