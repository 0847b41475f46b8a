package kata

import (
	"context"
	"fmt"
	"os/exec"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/workbook"
)

// What became of the learner's file.
type (
	editorMsg struct { // the editor to start
		cmd      *exec.Cmd
		name     string
		terminal bool // it takes the terminal
		err      error
	}
	editedMsg struct {
		editor string // what was started
		err    error
	}
	resetMsg struct {
		backups []string
		err     error
	}
	restoredMsg struct {
		what    string // what is in place now, as a sentence
		backups []string
		err     error
	}
)

// edit looks for the learner's editor and opens the file in it.
func (p *Kata) edit() tea.Cmd {
	name, line := p.toOpen()
	return p.files.More(func(context.Context) tea.Msg {
		cmd, info, err := p.env.Workbook.Edit(p.kata, name, line)
		return editorMsg{cmd, info.Name, info.Terminal, err}
	})
}

func (p *Kata) opened(msg editorMsg) tea.Cmd {
	switch {
	case msg.err != nil:
		return p.env.Warn(msg.err)
	case msg.terminal:
		return p.env.Exec(msg.cmd, p.files.Callback(func(err error) tea.Msg { return editedMsg{msg.name, err} }))
	}
	return p.files.More(func(ctx context.Context) tea.Msg {
		return editedMsg{msg.name, p.env.Detach(ctx, msg.cmd)}
	})
}

func (p *Kata) edited(msg editedMsg) tea.Cmd {
	if msg.err != nil {
		return p.env.Notify(fmt.Sprintf("%s did not open the file: %v. Choose another editor, for example with `leakproof config editor vim`, or open it yourself:\n%s",
			msg.editor, msg.err, p.env.Workbook.Short(p.env.Workbook.Space.Repaired(p.kata))))
	}
	if p.unwatched { // nobody else tells of the save
		return p.grade()
	}
	return nil
}

func (p *Kata) reset() tea.Cmd {
	return p.env.Ask(p.env.Workbook.AskReset(p.kata), func() tea.Cmd {
		return p.files.More(func(ctx context.Context) tea.Msg {
			backups, err := p.env.Workbook.Reset(ctx, p.kata)
			return resetMsg{backups, err}
		})
	})
}

func (p *Kata) wasReset(msg resetMsg) tea.Cmd {
	if msg.err != nil {
		return p.env.Warn(msg.err)
	}
	text := workbook.AtStart(p.kata, msg.backups)
	if len(msg.backups) == 0 {
		return p.env.Notify(text)
	}
	p.hints = 0
	return tea.Batch(p.env.Notify(text+p.kept(msg.backups)+"\n"+undoes()), p.grade())
}

// undo takes back the last reset or restore. It asks nothing: undone once
// more, everything is as it was.
func (p *Kata) undo() tea.Cmd {
	return p.files.More(func(ctx context.Context) tea.Msg {
		from, backups, err := p.env.Workbook.Undo(ctx, p.kata)
		return restoredMsg{"Your file is again what the last reset or restore replaced, from:\n" + p.env.Workbook.Short(from), backups, err}
	})
}

// restore puts an attempt back, after a question.
func (p *Kata) restore(a workbook.Attempt) tea.Cmd {
	return p.env.Ask(fmt.Sprintf("Put the attempt of %s back? Your present file is kept as a backup.", p.when(a)), func() tea.Cmd {
		return p.files.More(func(ctx context.Context) tea.Msg {
			backups, err := p.env.Workbook.Restore(ctx, p.kata, a.Hash)
			return restoredMsg{"Your file is as it was in the attempt of " + p.when(a) + ".", backups, err}
		})
	})
}

func (p *Kata) wasRestored(msg restoredMsg) tea.Cmd {
	if msg.err != nil && len(msg.backups) == 0 {
		return p.env.Warn(msg.err)
	}
	p.attempts.compared = ""
	text := msg.what + "\nIt said the same before."
	if len(msg.backups) > 0 {
		text = msg.what + p.kept(msg.backups)
	}
	return tea.Batch(p.env.Notify(text), p.env.Recorded(msg.err), p.grade())
}

// kept says where the learner's files went. Each path has a line of its own, to
// be read and copied as a whole.
func (p *Kata) kept(backups []string) string {
	text := " Backup:"
	for _, backup := range backups {
		text += "\n" + p.env.Workbook.Short(backup)
	}
	return text
}
