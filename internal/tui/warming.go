package tui

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
)

// warming compiles ahead what a kata's suite needs, and tells how far it is.
type warming struct {
	task        *task
	steps       chan warmedMsg
	done, total int
	running     bool
}

// warmedMsg is one step of compiling, or its end.
type warmedMsg struct {
	done, total int
	ended       bool
}

func newWarming(owner screen) *warming { return &warming{task: &task{owner: owner}} }

// start compiles for a kata. What goes wrong is told by the run that follows.
func (w *warming) start(e *env, k *course.Kata) tea.Cmd {
	w.running, w.steps = true, make(chan warmedMsg, 1)
	steps := w.steps
	work := w.task.start(e, func(ctx context.Context) tea.Msg {
		_ = e.wb.Warm(ctx, k, func(done, total int) {
			select {
			case steps <- warmedMsg{done: done, total: total}:
			default: // the screen is behind; the next step tells more
			}
		})
		return warmedMsg{ended: true}
	})
	return tea.Batch(work, w.next(e))
}

// next waits for the next step, until the task ends.
func (w *warming) next(e *env) tea.Cmd {
	steps := w.steps
	return w.task.more(e, w.task.ctx, func(ctx context.Context) tea.Msg {
		select {
		case step := <-steps:
			return step
		case <-ctx.Done():
			return nil
		}
	})
}

// update takes a step; ended reports whether it was the last.
func (w *warming) update(e *env, msg warmedMsg) (cmd tea.Cmd, ended bool) {
	if msg.ended {
		w.running = false
		w.task.stop() // also whoever waits for a further step
		return nil, true
	}
	w.done, w.total = msg.done, msg.total
	return w.next(e), false
}

// text says how far it is, "" while there is nothing to say.
func (w *warming) text() string {
	if !w.running || w.total == 0 {
		return ""
	}
	return fmt.Sprintf("Compiling for the race detector, once on this machine: %d of %d packages", w.done, w.total)
}
