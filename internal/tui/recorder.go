package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/ui"
)

// flushTime is how long the end of the program waits for another program that
// holds the progress log.
const flushTime = 2 * time.Second

// A recorder keeps what the learner did, one thing after the other, without
// making the event loop wait for the disk. Its methods run in the event loop,
// but for flush, which runs after it.
type recorder struct {
	jobs   *ui.Jobs
	ctx    context.Context // outlives the program's, for what is still to be kept
	cancel context.CancelFunc
	queue  []func(context.Context) error
	busy   bool
	warned bool
}

func newRecorder(jobs *ui.Jobs) *recorder {
	ctx, cancel := context.WithCancel(context.Background())
	return &recorder{jobs: jobs, ctx: ctx, cancel: cancel}
}

// recordedMsg tells how the recording of what had been queued went.
type recordedMsg struct{ err error }

// add queues something to keep.
func (r *recorder) add(save func(context.Context) error) tea.Cmd {
	r.queue = append(r.queue, save)
	return r.next()
}

// next keeps what is queued, unless that is being done.
func (r *recorder) next() tea.Cmd {
	if r.busy || len(r.queue) == 0 {
		return nil
	}
	batch := r.queue
	r.queue, r.busy = nil, true
	return r.jobs.Command(r.ctx, func(ctx context.Context) tea.Msg {
		return recordedMsg{keep(ctx, batch)}
	})
}

// recorded goes on after a batch.
func (r *recorder) recorded() tea.Cmd {
	r.busy = false
	return r.next()
}

// first reports whether an error is the first one to tell.
func (r *recorder) first(err error) bool {
	if err == nil || r.warned {
		return false
	}
	r.warned = true
	return true
}

// flush waits for what is being kept and keeps what is still queued. What
// cannot be kept then was told before, or there is nobody left to tell.
func (r *recorder) flush() {
	defer r.cancel()
	enough := time.AfterFunc(flushTime, r.cancel)
	defer enough.Stop()
	r.jobs.Wait()
	_ = keep(r.ctx, r.queue)
}

// keep tries all, and returns the first error.
func keep(ctx context.Context, batch []func(context.Context) error) error {
	var first error
	for _, save := range batch {
		if err := save(ctx); first == nil {
			first = err
		}
	}
	return first
}
