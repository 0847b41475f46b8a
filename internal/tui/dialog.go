package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// dialogGrace is how long a new dialog takes no answer: a key typed ahead was
// not meant for it.
const dialogGrace = 250 * time.Millisecond

// dialog asks before something that cannot be unseen or is costly to undo.
type dialog struct {
	question string
	yes      func() tea.Cmd
	since    time.Time
}

func ask(question string, yes func() tea.Cmd) tea.Cmd {
	return send(askMsg{&dialog{question: question, yes: yes}})
}

func (d *dialog) lines(e *env, width int) []string {
	out := []string{""}
	for _, l := range wrap(d.question, width-4) {
		out = append(out, "  "+e.theme.bold.Render(l))
	}
	return append(out, "", "  "+e.theme.accent.Render("y")+" yes    "+e.theme.accent.Render("n")+" no")
}
