package ui

import (
	"context"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Jobs counts the work going on outside the event loop, so that the end of the
// program can wait for it.
type Jobs struct {
	ctx     context.Context
	mu      sync.Mutex
	running sync.WaitGroup
	closed  bool
}

// NewJobs is work that is to end with ctx.
func NewJobs(ctx context.Context) *Jobs { return &Jobs{ctx: ctx} }

func (j *Jobs) enter() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return false
	}
	j.running.Add(1)
	return true
}

// Wait lets no further job start and returns when the running ones have ended.
// End their context first.
func (j *Jobs) Wait() {
	j.mu.Lock()
	j.closed = true
	j.mu.Unlock()
	j.running.Wait()
}

// Command runs f as a job.
func (j *Jobs) Command(ctx context.Context, f func(context.Context) tea.Msg) tea.Cmd {
	return func() tea.Msg {
		if !j.enter() {
			return nil
		}
		defer j.running.Done()
		return f(ctx)
	}
}

// Task is one kind of work of one page, such as its test run. A new start makes
// the results of earlier ones stale, and those are dropped.
type Task struct {
	jobs   *Jobs
	take   func(tea.Msg) tea.Cmd
	ctx    context.Context // of what it is doing
	cancel context.CancelFunc
	gen    int
}

// NewTask is work whose results go to take, in the event loop.
func NewTask(jobs *Jobs, take func(tea.Msg) tea.Cmd) *Task {
	return &Task{jobs: jobs, take: take, ctx: jobs.ctx}
}

// Result is a message that belongs to a task.
type Result struct {
	task *Task
	gen  int
	msg  tea.Msg
}

// Deliver gives the result to the owner of its task, unless it is stale.
func (r Result) Deliver() tea.Cmd {
	if r.gen != r.task.gen || r.msg == nil {
		return nil
	}
	return r.task.take(r.msg)
}

// Start cancels what the task was doing and runs f in its place.
func (t *Task) Start(f func(context.Context) tea.Msg) tea.Cmd {
	t.Stop()
	t.ctx, t.cancel = context.WithCancel(t.jobs.ctx)
	return t.More(f)
}

// More runs f as a further piece of what the task is doing.
func (t *Task) More(f func(context.Context) tea.Msg) tea.Cmd {
	run, gen := t.jobs.Command(t.ctx, f), t.gen
	return func() tea.Msg { return Result{task: t, gen: gen, msg: run()} }
}

// Callback makes what becomes of a command, such as an editor, a result of the
// task.
func (t *Task) Callback(f func(error) tea.Msg) func(error) tea.Msg {
	gen := t.gen
	return func(err error) tea.Msg { return Result{task: t, gen: gen, msg: f(err)} }
}

// After delivers msg as a result of the task once d has passed.
func (t *Task) After(d time.Duration, msg tea.Msg) tea.Cmd {
	gen := t.gen
	return tea.Tick(d, func(time.Time) tea.Msg { return Result{task: t, gen: gen, msg: msg} })
}

// Stop cancels the task; its results no longer count.
func (t *Task) Stop() {
	t.gen++
	if t.cancel != nil {
		t.cancel()
		t.cancel = nil
	}
	t.ctx = t.jobs.ctx
}
