package tui

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/keymap"
)

// answerTime is how long after its start the program counts on the terminal to
// answer what it was asked. A quicker end waits for the answer: it would show up
// at the shell's prompt.
const answerTime = time.Second

// overdueMsg says that a terminal which has not answered by now is silent.
type overdueMsg struct{}

// answers is what the terminal was asked.
type answers struct {
	over    bool // it has answered, or nobody counts on it any more
	leaving bool // the program ends when that is so
}

// ask asks for the background, without which the theme stays as it is guessed.
func (a *answers) ask() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, tea.Tick(answerTime, func(time.Time) tea.Msg { return overdueMsg{} }))
}

// quit ends the program, or lets an answer that is under way end it.
func (a *answers) quit() tea.Cmd {
	if a.over || a.leaving { // asked for twice: at once
		return tea.Quit
	}
	a.leaving = true
	return nil
}

// hear takes what concerns it, and reports whether that is all that there is to do
// with the message.
func (a *answers) hear(msg tea.Msg) (cmd tea.Cmd, done bool) {
	switch msg := msg.(type) {
	case tea.BackgroundColorMsg, overdueMsg:
		a.over = true
		if a.leaving {
			return tea.Quit, true
		}
		_, done = msg.(overdueMsg)
	case tea.KeyPressMsg:
		done = a.leaving && !key.Matches(msg, keymap.QuitNow)
	case tea.MouseMsg, tea.PasteMsg:
		done = a.leaving
	}
	return nil, done
}
