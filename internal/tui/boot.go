package tui

import (
	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/workbook"
)

// boot opens the workbook while the terminal gets ready, and then is the root.
type boot struct {
	open func() (*workbook.Workbook, error)
	make func(*workbook.Workbook) *root
	root *root // nil until the workbook is open
	err  error // why it is not

	early []tea.Msg // what came before
	clock frameClock
}

// openedMsg is what became of opening the workbook.
type openedMsg struct {
	wb  *workbook.Workbook
	err error
}

func (b *boot) Init() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, func() tea.Msg {
		wb, err := b.open()
		return openedMsg{wb, err}
	})
}

// Update implements [tea.Model]. Until there is a root it keeps what the
// terminal says; who quits then has nothing to lose.
func (b *boot) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	b.clock.happened()
	if b.root != nil {
		_, cmd := b.root.Update(msg)
		return b, cmd
	}
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if msg.String() == "ctrl+c" {
			return b, tea.Quit
		}
		b.early = append(b.early, msg)
	case tea.WindowSizeMsg, tea.BackgroundColorMsg:
		b.early = append(b.early, msg)
	case openedMsg:
		if b.err = msg.err; b.err != nil {
			return b, tea.Quit
		}
		b.root = b.make(msg.wb)
		cmds := []tea.Cmd{b.root.Init()}
		for _, early := range b.early {
			_, cmd := b.root.Update(early)
			cmds = append(cmds, cmd)
		}
		return b, tea.Batch(cmds...)
	}
	return b, nil
}

// View implements [tea.Model].
func (b *boot) View() tea.View {
	if b.root != nil {
		return b.root.View()
	}
	v := tea.NewView("")
	v.AltScreen = true
	return v
}
