package tui

import (
	"context"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// jobs counts the work going on outside the event loop, so that the end of the
// program can wait for it.
type jobs struct {
	mu      sync.Mutex
	running sync.WaitGroup
	closed  bool
}

func (j *jobs) enter() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return false
	}
	j.running.Add(1)
	return true
}

// wait lets no further job start and returns when the running ones have ended.
// Cancel their context first.
func (j *jobs) wait() {
	j.mu.Lock()
	j.closed = true
	j.mu.Unlock()
	j.running.Wait()
}

// task is one kind of work of one screen, such as its test run. A new start
// makes the results of earlier ones stale, and the root drops those.
type task struct {
	owner  screen
	ctx    context.Context // of what it is doing; nil before the first start
	cancel context.CancelFunc
	gen    int
}

// result is a message that belongs to a task.
type result struct {
	task *task
	gen  int
	msg  tea.Msg
}

func (r result) stale() bool { return r.gen != r.task.gen }

// start cancels what the task was doing and runs f in its place.
func (t *task) start(e *env, f func(context.Context) tea.Msg) tea.Cmd {
	t.stop()
	ctx, cancel := context.WithCancel(e.ctx)
	t.ctx, t.cancel = ctx, cancel
	return t.more(e, ctx, f)
}

// more runs f as a further piece of what the task is doing.
func (t *task) more(e *env, ctx context.Context, f func(context.Context) tea.Msg) tea.Cmd {
	gen := t.gen
	return func() tea.Msg {
		if !e.jobs.enter() {
			return nil
		}
		defer e.jobs.running.Done()
		return result{task: t, gen: gen, msg: f(ctx)}
	}
}

// after delivers msg as a result of the task once d has passed.
func (t *task) after(d time.Duration, msg tea.Msg) tea.Cmd {
	gen := t.gen
	return tea.Tick(d, func(time.Time) tea.Msg { return result{task: t, gen: gen, msg: msg} })
}

// stop cancels the task; its results no longer count.
func (t *task) stop() {
	t.gen++
	if t.cancel != nil {
		t.cancel()
		t.cancel = nil
	}
}
