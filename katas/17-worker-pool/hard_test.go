package workerpool_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	workerpool "example.com/leakproof/katas/17-worker-pool"
	"example.com/leakproof/katas/internal/kit"
)

// Fine print: the archive may have a time limit of its own, or give up by itself.
func TestAFailureMayLookLikeAContextsError(t *testing.T) {
	for _, own := range []error{context.Canceled, context.DeadlineExceeded} {
		kit.Bubble(t, func(t *testing.T) {
			a := &archive{normal: call{takes: time.Second}, first: []call{{takes: time.Second, err: fmt.Errorf("archive: %w", own)}}}
			err, _ := copyNotes(caller, a, 100)
			wantError(t, err, own, "a call ran into a limit of the archive", "the caller's context went on, so this is a failure like any other (fine print)")
		})
	}
}

// A meeting is an archive whose calls end all at the same moment. It remembers
// nothing: a lock around that would order the calls.
type meeting struct {
	meet    *kit.Barrier
	workers int
	err     error // what they answer
}

func (m meeting) Add(context.Context, workerpool.Note) error {
	m.meet.Wait(m.workers)
	return m.err
}

// Keep 4: what the workers do between their calls must not race. In a bubble they
// take turns, which hides it; so these calls end on several processors.
func TestCallsEndAtTheSameMoment(t *testing.T) {
	ctx := kit.SlowEnd()
	for _, c := range []struct {
		workers, rounds int
		err             error
	}{{100, 6, kit.SlowError("archive is full")}, {500, 14, nil}} {
		kit.Race(t, "the calls of one run ended at the same moment", c.rounds, func(meet *kit.Barrier) []func() {
			service := workerpool.NewService(meeting{meet, c.workers, c.err}, c.workers)
			return []func(){func() { _ = service.Copy(ctx, notes(2*c.workers)) }}
		})
	}
}
