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
	fails   map[string]bool
}

func (m meeting) Add(_ context.Context, n workerpool.Note) error {
	m.meet.Wait(m.workers)
	if m.fails[n.ID] {
		return kit.SlowError("archive is full")
	}
	return nil
}

// Keep 4: as many calls run at the same time as there are workers, and what the
// workers do between their calls must not race. A bubble has one
// processor, where anything that is locked on the way orders the turns and hides
// a race; so these calls end on several, all at the same moment.
func TestCallsEndAtTheSameMoment(t *testing.T) {
	ctx := kit.SlowEnd()
	for _, c := range []struct{ workers, rounds, failing int }{{100, 6, 2}, {500, 14, 0}} {
		all, fails := notes(2*c.workers), map[string]bool{}
		for i, n := range all {
			fails[n.ID] = c.failing > 0 && i%c.failing == 0
		}
		kit.Race(t, "the calls of one run ended at the same moment", c.rounds, func(meet *kit.Barrier) []func() {
			service := workerpool.NewService(meeting{meet, c.workers, fails}, c.workers)
			return []func(){func() { _ = service.Copy(ctx, all) }}
		})
	}
}
