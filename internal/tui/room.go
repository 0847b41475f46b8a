package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/ui"
)

// roomLine is what is worth a word about the room that the learner is in.
type roomLine struct {
	line string // "" is nothing
	task *ui.Task
	news chan string
}

type roomMsg struct{ line string }

// sendToRoom has what is recorded sent to the room that the learner is in, for as long as the program runs. Nothing waits for it.
func (a *app) sendToRoom() tea.Cmd {
	sender := a.env.Workbook.Room
	if sender == nil {
		return nil
	}
	a.room.news = make(chan string)
	a.room.task = ui.NewTask(a.env.Jobs, func(msg tea.Msg) tea.Cmd {
		a.room.line = msg.(roomMsg).line
		return a.hearRoom()
	})
	news := a.room.news
	return tea.Batch(a.room.task.Start(func(ctx context.Context) tea.Msg {
		sender.Run(ctx, func(line string) {
			select {
			case news <- line:
			case <-ctx.Done():
			}
		})
		return nil
	}), a.hearRoom())
}

// hearRoom waits for the next word about the room.
func (a *app) hearRoom() tea.Cmd {
	news := a.room.news
	return a.room.task.More(func(ctx context.Context) tea.Msg {
		select {
		case line := <-news:
			return roomMsg{line}
		case <-ctx.Done():
			return nil
		}
	})
}
