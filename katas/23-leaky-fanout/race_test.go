package leakyfanout_test

import (
	"context"
	"slices"
	"testing"

	leakyfanout "example.com/leakproof/katas/23-leaky-fanout"
	"example.com/leakproof/katas/internal/kit"
)

// A meeting is a shard that answers at the same moment as the others.
type meeting struct {
	meet   *kit.Barrier
	shards int
	err    error // its answer, or nil for a note
}

func (m meeting) Search(context.Context, string) ([]leakyfanout.Note, error) {
	m.meet.Wait(m.shards)
	return notes("a"), m.err
}

// Keep 3: the shards answer at the same time, and what comes back must not race.
// A bubble has one processor, where anything that is locked on the way orders
// the turns and hides a race; so these shards answer on several, all at once.
func TestAnswersAtTheSameMoment(t *testing.T) {
	ctx := kit.SlowEnd()
	for _, c := range []struct {
		shards, rounds int
		err            error
	}{{100, 6, kit.SlowError("shard is down")}, {500, 20, nil}} {
		kit.Race(t, "the shards of one search answered at the same moment", c.rounds, func(meet *kit.Barrier) []func() {
			service := leakyfanout.NewService(slices.Repeat([]leakyfanout.Shard{meeting{meet, c.shards, c.err}}, c.shards)...)
			return []func(){func() { _, _ = service.Search(ctx, "go") }}
		})
	}
}
