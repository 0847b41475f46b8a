package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
	lost   int   // how much of it could not be kept
	why    error // the last reason
	told   string
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
		return recordedMsg{r.keep(ctx, batch)}
	})
}

// recorded goes on after a batch.
func (r *recorder) recorded() tea.Cmd {
	r.busy = false
	return r.next()
}

// news is the sentence for an error, "" for none and while it is still the same.
func (r *recorder) news(err error) string {
	before := r.told
	r.told = ""
	if err != nil {
		r.told = err.Error()
	}
	if r.told == before {
		return ""
	}
	return r.told
}

// errStalled says that the disk takes so long that nobody knows whether it will.
var errStalled = errors.New("the disk of the state folder did not answer, so what you did last may not be saved: see whether it is mounted and healthy")

// flush waits for what is being kept and keeps what is still queued. The error says what of this run is not saved. It gives the lock of
// the log some time, and a disk that does not answer a little more; then it leaves them.
func (r *recorder) flush() error {
	defer r.cancel()
	enough := time.AfterFunc(flushTime, r.cancel)
	defer enough.Stop()
	kept := make(chan error, 1)
	go func() {
		r.jobs.Wait()
		_ = r.keep(r.ctx, r.queue) // counted
		if r.lost > 0 {
			kept <- fmt.Errorf("of what you did, %d could not be saved: %w", r.lost, r.why)
		}
		close(kept)
	}()
	select {
	case err := <-kept:
		return err
	case <-time.After(2 * flushTime):
		return errStalled
	}
}

// keep tries all, and returns the first error. One batch is kept at a time, and flush waits for it.
func (r *recorder) keep(ctx context.Context, batch []func(context.Context) error) error {
	var first error
	for _, save := range batch {
		if err := save(ctx); err != nil {
			r.lost, r.why = r.lost+1, err
			first = cmp.Or(first, err)
		}
	}
	return first
}
