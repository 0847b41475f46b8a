package ui

import (
	"context"
	"fmt"

	"charm.land/bubbles/v2/progress"
	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/workbook"
)

// WarmUp compiles ahead what a kata's suite needs, and tells how far it is.
type WarmUp struct {
	Running     bool
	Done, Total int

	task     *Task
	workbook *workbook.Workbook
	steps    chan warmedMsg
	ended    func() tea.Cmd
}

// warmedMsg is one step of compiling, or its end.
type warmedMsg struct {
	done, total int
	ended       bool
}

// NewWarmUp compiles for katas of the workbook, and calls ended after each.
func NewWarmUp(jobs *Jobs, wb *workbook.Workbook, ended func() tea.Cmd) *WarmUp {
	w := &WarmUp{workbook: wb, ended: ended}
	w.task = NewTask(jobs, w.take)
	return w
}

// Start compiles for a kata. What goes wrong is told by the run that follows.
func (w *WarmUp) Start(k *course.Kata) tea.Cmd {
	w.Running, w.steps = true, make(chan warmedMsg, 1)
	steps := w.steps
	work := w.task.Start(func(ctx context.Context) tea.Msg {
		_ = w.workbook.Warm(ctx, k, func(done, total int) {
			select {
			case steps <- warmedMsg{done: done, total: total}:
			default: // the page is behind; the next step tells more
			}
		})
		return warmedMsg{ended: true}
	})
	return tea.Batch(work, w.next())
}

// Stop ends it. Whoever starts it next goes on where it was.
func (w *WarmUp) Stop() {
	w.Running = false
	w.task.Stop()
}

// next waits for the next step, until the task ends.
func (w *WarmUp) next() tea.Cmd {
	steps := w.steps
	return w.task.More(func(ctx context.Context) tea.Msg {
		select {
		case step := <-steps:
			return step
		case <-ctx.Done():
			return nil
		}
	})
}

func (w *WarmUp) take(msg tea.Msg) tea.Cmd {
	step := msg.(warmedMsg)
	if step.ended {
		w.Stop() // also whoever waits for a further step
		return w.ended()
	}
	w.Done, w.Total = step.done, step.total
	return w.next()
}

// Lines say how far it is, in at most two lines; none while there is nothing to
// say.
func (w *WarmUp) Lines(look *Look, width int) []string {
	if !w.Running || w.Total == 0 {
		return nil
	}
	bar := progress.New(progress.WithWidth(min(width, 40)), progress.WithoutPercentage(), progress.WithColors(look.Theme.BarColor()))
	text := fmt.Sprintf("Compiling for the race detector, once on this machine: %d of %d packages.", w.Done, w.Total)
	return append(Paint(look.Theme.Dim, WrapText(text, width)), bar.ViewAs(float64(w.Done)/float64(w.Total)))
}
