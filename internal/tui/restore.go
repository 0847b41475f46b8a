package tui

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/workbook"
)

type (
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

func (s *repair) reset() tea.Cmd {
	return ask(fmt.Sprintf("Put %s back to its start? Your version is kept as a backup.", s.kata.Path()), func() tea.Cmd {
		return s.watcher.more(s.env, s.env.ctx, func(ctx context.Context) tea.Msg {
			backups, err := s.env.wb.Reset(ctx, s.kata)
			return resetMsg{backups, err}
		})
	})
}

func (s *repair) wasReset(msg resetMsg) tea.Cmd {
	if msg.err != nil {
		return warn(msg.err)
	}
	if len(msg.backups) == 0 {
		return notice("The kata is at its start already; nothing was changed.")
	}
	s.hints = 0
	text := "Reset. Your version is kept in " + strings.Join(msg.backups, ", ") + ". U undoes it."
	return tea.Batch(notice(text), s.grade())
}

// undo takes back the last reset or restore. It asks nothing: undone once
// more, everything is as it was.
func (s *repair) undo() tea.Cmd {
	return s.watcher.more(s.env, s.env.ctx, func(ctx context.Context) tea.Msg {
		from, backups, err := s.env.wb.Undo(ctx, s.kata)
		return restoredMsg{"Your file is again what the last reset or restore replaced, from " + from + ".", backups, err}
	})
}

// restore puts an attempt back, after a question.
func (s *repair) restore(a workbook.Attempt) tea.Cmd {
	return ask(fmt.Sprintf("Put the attempt of %s back? Your present file is kept as a backup.", when(a)), func() tea.Cmd {
		return s.watcher.more(s.env, s.env.ctx, func(ctx context.Context) tea.Msg {
			backups, err := s.env.wb.Restore(ctx, s.kata, a.Hash)
			return restoredMsg{"Your file is as it was in the attempt of " + when(a) + ".", backups, err}
		})
	})
}

func (s *repair) wasRestored(msg restoredMsg) tea.Cmd {
	if msg.err != nil && len(msg.backups) == 0 {
		return warn(msg.err)
	}
	s.attempts.compared = ""
	text := msg.what + " It said the same before."
	if len(msg.backups) > 0 {
		text = msg.what + " What was there is kept in " + strings.Join(msg.backups, ", ")
	}
	return tea.Batch(notice(text), s.env.recorded(msg.err), s.grade())
}
