package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/theme"
	"example.com/leakproof/internal/tui/ui"
)

// dialogGrace is how long a new dialog takes no answer.
const dialogGrace = 250 * time.Millisecond

// dialog asks before something that cannot be unseen or is costly to undo.
type dialog struct {
	question string
	yes      func() tea.Cmd
	ready    bool // it takes an answer
}

// readyMsg tells that a dialog takes answers from now on.
type readyMsg struct{ dialog *dialog }

func (d *dialog) lines(t theme.Theme, width int) []string {
	out := append([]string{""}, ui.Paint(t.Bold, ui.WrapNotice(d.question, min(width, ui.MaxText)))...)
	answer := func(key, does string) string { return t.Accent.Render(key) + " " + does }
	return append(out, "", answer(keymap.Name(keymap.Yes), "yes")+"    "+answer(keymap.Name(keymap.No), "no"))
}
