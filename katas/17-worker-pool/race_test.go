package workerpool_test

import (
	"context"
	"testing"

	workerpool "example.com/leakproof/katas/17-worker-pool"
	"example.com/leakproof/katas/internal/kit"
)

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

// Keep 4: as many calls run as there are workers, and what the workers do between
// their calls must not race. In a bubble they take turns, and a lock on the way
// hides a race; so these calls end on several processors, all at the same moment.
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
